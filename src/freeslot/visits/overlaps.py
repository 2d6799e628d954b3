"""Visits of one's own at the same time as one that is being booked or moved, at any practice the account can see."""

from datetime import datetime

from freeslot.scheduling.actors import Actor
from freeslot.scheduling.models import Appointment
from freeslot.visits.cards import card_for
from freeslot.web.facts import VisitCard

MOST = 3


def overlapping(
    actor: Actor, starts_at: datetime, ends_at: datetime, *, now: datetime, but: Appointment | None = None
) -> list[VisitCard]:
    """Of those that the actor sees; `but` is the visit that moves there."""
    mine = Appointment.objects.visible_to(actor, now).live().for_pages()
    found = mine.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).order_by("starts_at")
    others = found.exclude(pk=but.pk) if but else found
    return [card_for(visit, now=now, is_listed=True) for visit in others[:MOST]]
