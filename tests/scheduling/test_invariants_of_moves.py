"""The doctor notices a move that the history of its visit does not tell."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.events.models import Event
from freeslot.scheduling import invariants
from freeslot.scheduling.models import Appointment
from tests.scheduling.acts import move
from tests.support.cast import Cast

HOUR = timedelta(hours=1)


def found(cast: Cast) -> list[str]:
    return list(invariants.breaches(now=cast.now))


@pytest.fixture
def visit(cast: Cast) -> Appointment:
    """Moved late, then by the practice."""
    visit = cast.book(days=1)
    late = visit.starts_at - 2 * HOUR
    one, other = cast.slots_from(visit.starts_at + timedelta(days=3), 2)
    move(cast, visit.reference, one, now=late)
    move(cast, visit.reference, other, now=late + HOUR, actor=cast.staff)
    assert found(cast) == []
    return visit


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"moves": 2}, "says that it was moved 2 times, its events 1 times."),
        ({"moves": 0}, "says that it was moved 0 times, its events 1 times."),
        ({"moved_at": None}, "does not say when it was moved last."),
        ({"carried_fee_minor": 0}, "does not carry the fee along that its last move left it with."),
    ],
)
def test_a_visit_that_says_otherwise_than_its_events(
    cast: Cast, visit: Appointment, change: dict[str, Any], sentence: str
):
    Appointment.objects.filter(pk=visit.pk).update(**change)
    assert found(cast) == [f"Visit {visit.reference} {sentence}"]


def test_a_visit_that_was_never_moved_but_says_so(cast: Cast):
    visit = cast.book()
    Appointment.objects.filter(pk=visit.pk).update(moves=1, moved_at=cast.now)
    assert len(found(cast)) == 2


def test_a_fee_that_fell_on_the_way(cast: Cast, visit: Appointment):
    last = Event.objects.get(subject_id=visit.pk, version=3)
    Event.objects.filter(pk=last.pk).update(data=last.data | {"carried_fee_minor": 0})
    Appointment.objects.filter(pk=visit.pk).update(carried_fee_minor=0)
    assert found(cast) == [f"A fee that visit {visit.reference} carried along fell with a later move."]


def test_a_move_from_a_time_at_which_the_visit_was_not(cast: Cast, visit: Appointment):
    last = Event.objects.get(subject_id=visit.pk, version=3)
    Event.objects.filter(pk=last.pk).update(data=last.data | {"starts_at_before": cast.now.isoformat()})
    assert found(cast) == [f"The event {last.pk} moved its visit from a time at which it was not."]
