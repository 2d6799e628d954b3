"""What a visit says of its moves is what their events say, each following from the last, and no fee gets lost."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import Side

MOVED = Event.objects.filter(kind="appointment.moved")


def breaches() -> Iterator[str]:
    yield from _counted()
    yield from _chained()


def _counted() -> Iterator[str]:
    mine = MOVED.filter(subject_id=OuterRef("pk"))
    own = mine.exclude(actor_kind=Side.PRACTICE).order_by().values("subject_id").annotate(count=Count("pk"))
    latest = mine.order_by("-version")
    has_moved = Q(moves__gt=0) | Q(moved_at__isnull=False) | Q(carried_fee_minor__gt=0) | Exists(mine)
    visits = Appointment.objects.filter(has_moved).values_list(
        "reference",
        "moves",
        Subquery(own.values("count")),
        "moved_at",
        Subquery(latest.values("at")[:1]),
        "carried_fee_minor",
        Subquery(latest.values("data")[:1]),
    )
    for reference, moves, counted, moved_at, last_at, carried, last in visits.iterator():
        if moves != (counted or 0):
            yield f"Visit {reference} says that it was moved {moves} times, its events {counted or 0} times."
        if moved_at != last_at:
            yield f"Visit {reference} does not say when it was moved last."
        if carried != (last["carried_fee_minor"] if last else 0):
            yield f"Visit {reference} does not carry the fee along that its last move left it with."


def _chained() -> Iterator[str]:
    before = Event.objects.filter(subject_id=OuterRef("subject_id"), version=OuterRef("version") - 1)
    moved = MOVED.annotate(stood=Subquery(before.values("data__starts_at")[:1]))
    ordered = moved.order_by("subject_id", F("version"))
    for _, group in groupby(ordered.iterator(), key=attrgetter("subject_id")):
        events = list(group)
        for event in events:
            if event.stood is None or not _is_same(event.stood, event.data["starts_at_before"]):
                yield f"The event {event.pk} moved its visit from a time at which it was not."
        if any(one.data["carried_fee_minor"] > other.data["carried_fee_minor"] for one, other in pairwise(events)):
            yield f"A fee that visit {events[0].data['reference']} carried along fell with a later move."


def _is_same(one: str, other: str) -> bool:
    return datetime.fromisoformat(one) == datetime.fromisoformat(other)
