"""Visits of one's own at the same time as the one that is being booked, at any practice the account can see."""

from datetime import datetime

from freeslot.booking.booker import Booker
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.visits.cards import card_for
from freeslot.web.facts import VisitCard

MOST = 3


def overlapping(checkout: Checkout, booker: Booker, *, now: datetime) -> list[VisitCard]:
    """Nothing for somebody who is not signed in: it would tell a stranger who has visits here."""
    if booker.actor is None:
        return []
    mine = Appointment.objects.visible_to(booker.actor, now).live().for_pages()
    found = mine.filter(starts_at__lt=checkout.ends_at, ends_at__gt=checkout.starts_at).order_by("starts_at")
    return [card_for(visit, now=now, is_listed=True) for visit in found[:MOST]]
