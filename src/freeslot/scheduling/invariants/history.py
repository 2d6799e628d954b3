"""Every visit's history is whole: its events tell how it came to be as it is, each with its audit row."""

import uuid
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, Subquery

from freeslot.audit.models import AuditRow
from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment, IdempotencyRow

BATCH = 500


def breaches() -> Iterator[str]:
    yield from _versions()
    yield from _unheard_of()
    yield from _unaudited()
    yield from _idempotency()


def _versions() -> Iterator[str]:
    mine = Event.objects.filter(subject_id=OuterRef("pk"))
    latest = mine.order_by("-version")
    visits = Appointment.objects.values_list(
        "reference",
        "version",
        "status",
        Exists(mine.filter(version=1, kind="appointment.booked")),
        Subquery(latest.values("version")[:1]),
        Subquery(latest.values("data__status")[:1]),
        "starts_at",
        Subquery(latest.values("data__starts_at")[:1]),
    )
    for reference, version, status, was_booked, last_version, last_status, starts_at, last_start in visits.iterator():
        if not was_booked:
            yield f"Visit {reference} has no event of its booking."
        elif last_version != version:
            yield f"Visit {reference} is at version {version}, its last event at {last_version}."
        elif last_status != status:
            yield f"Visit {reference} is {status}, but its last event left it {last_status}."
        elif datetime.fromisoformat(last_start) != starts_at:
            yield f"Visit {reference} is not at the time at which its last event left it."


def _unheard_of() -> Iterator[str]:
    same = Appointment.objects.filter(pk=OuterRef("subject_id"), practice_id=OuterRef("practice_id"))
    for event in Event.objects.filter(Q(kind__startswith="appointment."), ~Exists(same)).iterator():
        yield f"The event {event.pk} ({event.kind}) belongs to no visit of its practice."


def _unaudited() -> Iterator[str]:
    row = AuditRow.objects.filter(
        subject_id=OuterRef("subject_id"),
        practice_id=OuterRef("practice_id"),
        action=OuterRef("kind"),
        at=OuterRef("at"),
        actor_kind=OuterRef("actor_kind"),
        door=OuterRef("door"),
    )
    for event in Event.objects.filter(~Exists(row)).iterator():
        yield f"The event {event.pk} ({event.kind}) has no audit row."


def _idempotency() -> Iterator[str]:
    """A key's stored outcome names an event that was committed with it."""
    waiting: dict[uuid.UUID, str] = {}
    for row in IdempotencyRow.objects.iterator():
        if row.outcome.get("event"):
            waiting[uuid.UUID(row.outcome["event"])] = row.operation
        if len(waiting) >= BATCH:
            yield from _without_event(waiting)
            waiting = {}
    yield from _without_event(waiting)


def _without_event(named: dict[uuid.UUID, str]) -> Iterator[str]:
    there = set(Event.objects.filter(pk__in=named).values_list("pk", flat=True))
    for event_id, operation in named.items():
        if event_id not in there:
            yield f"An idempotency row of {operation} names the event {event_id}, which does not exist."
