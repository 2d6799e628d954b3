"""What happened to a visit, said to whoever is asking."""

from django.utils.translation import gettext as _

from freeslot.scheduling.actors import ActorKind
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.words import ACTORS, DOORS
from freeslot.visits.asking import Asker
from freeslot.web.facts import Place
from freeslot.web.formatting.days import day_and_clock


def cancelled_words(visit: Appointment, asker: Asker, place: Place) -> str:
    """Who cancelled, when, and through which door."""
    at = visit.cancelled_at or place.now
    return _("Cancelled %(when)s, %(who)s, %(door)s.") % {
        "when": day_and_clock(at, zone=place.zone, locale=place.locale, now=place.now),
        "who": who(visit.cancelled_by, visit.cancelled_by_id, asker),
        "door": DOORS[visit.cancelled_door],
    }


def who(kind: str, actor_id: str, asker: Asker) -> str:
    """By you, by the patient, by someone who acts for them, by the practice: as the one who reads it would say."""
    if kind in {ActorKind.PATIENT, ActorKind.PROXY} and asker.actor.id:
        if actor_id == asker.actor.id:
            return _("by you")
        return _("by the patient") if kind == ActorKind.PATIENT else _("by someone who acts for the patient")
    return str(ACTORS[kind])
