"""What happened to a visit, said to whoever is asking."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.events.models import Event
from freeslot.scheduling.actors import ActorKind
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.words import ACTORS, DOORS
from freeslot.visits.asking import Asker
from freeslot.web.facts import Place
from freeslot.web.formatting.days import day_and_clock

MOVED = "appointment.moved"
HAPPENED: dict[str, Promise] = {
    "appointment.booked": gettext_lazy("Booked %(when)s, %(who)s, %(door)s."),
    "appointment.cancelled": gettext_lazy("Cancelled %(when)s, %(who)s, %(door)s."),
    "appointment.undone": gettext_lazy("The cancel was taken back %(when)s, %(who)s, %(door)s."),
    "appointment.practice_told": gettext_lazy(
        "The practice was told %(when)s, %(who)s, %(door)s, that nobody is coming."
    ),
    "appointment.arrived": gettext_lazy("Checked in %(when)s, %(who)s, %(door)s."),
    "appointment.noshow": gettext_lazy("Noted as missed %(when)s, %(who)s, %(door)s."),
}


def cancelled_words(visit: Appointment, asker: Asker, place: Place) -> str:
    """Who cancelled, when, and through which door."""
    at = visit.cancelled_at or place.now
    return _("Cancelled %(when)s, %(who)s, %(door)s.") % {
        "when": _at(at, place),
        "who": who(visit.cancelled_by, visit.cancelled_by_id, asker),
        "door": DOORS[visit.cancelled_door],
    }


def moved_words(event: Event, asker: Asker, place: Place) -> str:
    """Who moved it, when, through which door, and when it was before; or that it happened as they had wished."""
    if event.data.get("wish"):
        return _("Moved %(when)s, as you had wished (before: %(before)s).") % {
            "when": _at(event.at, place),
            "before": _at(datetime.fromisoformat(event.data["starts_at_before"]), place),
        }
    return _("Moved %(when)s, %(who)s, %(door)s (before: %(before)s).") % {
        "when": _at(event.at, place),
        "who": who(event.actor_kind, event.actor_id, asker),
        "door": DOORS[event.door],
        "before": _at(datetime.fromisoformat(event.data["starts_at_before"]), place),
    }


def history_of(visit: Appointment) -> list[Event]:
    """All that happened to the visit, in order, in one statement."""
    return list(Event.objects.filter(subject_id=visit.pk).order_by("version"))


def history_words(events: Iterable[Event], asker: Asker, place: Place) -> list[str]:
    """One sentence an event; what only the practice's own work is made of is left out."""
    return [_happened(event, asker, place) for event in events if event.kind in (MOVED, *HAPPENED)]


def last_move_in(events: Iterable[Event]) -> Event | None:
    """The one that gave the visit the time it has; None where it was never moved."""
    return max((event for event in events if event.kind == MOVED), key=lambda event: event.version, default=None)


def last_move(visit: Appointment) -> Event | None:
    return last_moves([visit]).get(visit.pk)


def last_moves(visits: Iterable[Appointment]) -> dict[uuid.UUID, Event]:
    """The latest move of each visit that was ever moved, in one statement; in none where there is no such visit."""
    moved = [visit.pk for visit in visits if visit.moved_at]
    events = Event.objects.filter(subject_id__in=moved, kind=MOVED).order_by("version")
    return {event.subject_id: event for event in events} if moved else {}


def last_changes(visits: Iterable[Appointment]) -> dict[uuid.UUID, datetime]:
    """When the last event of each visit happened, in one statement."""
    events = Event.objects.filter(subject_id__in=[visit.pk for visit in visits]).order_by()
    return dict(events.values_list("subject_id").annotate(Max("at")))


def who(kind: str, actor_id: str, asker: Asker) -> str:
    """By you, by the patient, by someone who acts for them, by the practice: as the one who reads it would say."""
    if kind in {ActorKind.PATIENT, ActorKind.PROXY} and asker.actor.id:
        if actor_id == asker.actor.id:
            return _("by you")
        return _("by the patient") if kind == ActorKind.PATIENT else _("by someone who acts for the patient")
    return str(ACTORS[kind])


def _happened(event: Event, asker: Asker, place: Place) -> str:
    if event.kind == MOVED:
        return moved_words(event, asker, place)
    said = {
        "when": _at(event.at, place),
        "who": who(event.actor_kind, event.actor_id, asker),
        "door": DOORS[event.door],
    }
    return str(HAPPENED[event.kind]) % said


def _at(at: datetime, place: Place) -> str:
    return day_and_clock(at, zone=place.zone, locale=place.locale, now=place.now)
