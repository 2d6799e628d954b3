"""How many statements booking, moving, keeping a time and looking for one take: a number that nobody raises unseen."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.practices.models import Practitioner, VisitType
from freeslot.scheduling.availability import Ask, ask_for, next_open, open_days, open_times
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.book import Booked, book_appointment
from freeslot.scheduling.operations.checkout import begin_checkout, finish_checkout, renew_checkout
from freeslot.scheduling.operations.details import Details, fill_in
from freeslot.scheduling.operations.move import MoveOutcome, move_appointment
from tests.support.cast import Cast

Result = TypeVar("Result")
# What opens and ends a transaction, and PostgreSQL's turns, which have nothing to wait for on SQLite.
BESIDE = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT pg_advisory")


def counted(run: Callable[[], Result]) -> tuple[int, Result]:
    with CaptureQueriesContext(connection) as captured:
        result = run()
    return sum(not each["sql"].startswith(BESIDE) for each in captured), result


@pytest.fixture
def visit_type(cast: Cast) -> VisitType:
    """As the pages have it: with its practice."""
    return VisitType.objects.select_related("practice").get(pk=cast.visit_type.pk)


@pytest.fixture
def ask(cast: Cast, visit_type: VisitType) -> Ask:
    return ask_for(visit_type, now=cast.now)


def slot_ids(cast: Cast, *, hours: int) -> list[int]:
    return [cast.slots_from(cast.now + timedelta(days=3, hours=hours))[0].pk]


def book(cast: Cast, visit_type: VisitType, ids: list[int]) -> Booked:
    return book_appointment(
        patient=cast.patient, visit_type=visit_type, slot_ids=ids, actor=cast.patient_actor, door="portal",
        now=cast.now, idempotency_key="book",
    )  # fmt: skip


def move(cast: Cast, reference: str, ids: list[int]) -> MoveOutcome:
    return move_appointment(
        ref=reference, slot_ids=ids, actor=cast.patient_actor, door="portal", accepted_fee=0, idempotency_key="move",
        now=cast.now,
    )  # fmt: skip


def test_booking(cast: Cast, visit_type: VisitType):
    ids = slot_ids(cast, hours=0)
    assert counted(lambda: book(cast, visit_type, ids))[0] == 10


def test_moving(cast: Cast, visit_type: VisitType):
    reference = book(cast, visit_type, slot_ids(cast, hours=0)).reference
    ids = slot_ids(cast, hours=1)
    assert counted(lambda: move(cast, reference, ids))[0] == 12


def test_keeping_a_time_renewing_and_finishing(cast: Cast, visit_type: VisitType):
    ids = slot_ids(cast, hours=0)
    count, checkout = counted(
        lambda: begin_checkout(visit_type=visit_type, slot_ids=ids, source="somebody", now=cast.now)
    )
    assert count == 8
    assert counted(lambda: renew_checkout(checkout_id=checkout.pk, now=cast.now))[0] == 4
    fill_in(checkout_id=checkout.pk, details=Details(cast.patient), account_id=cast.patient_user.pk)
    count, _ = counted(
        lambda: finish_checkout(
            checkout_id=checkout.pk, patient=cast.patient, actor=cast.patient_actor, door="portal", now=cast.now
        )
    )
    assert count == 12


@pytest.mark.parametrize("busy", [0, 100])
def test_open_times_of_a_fortnight_take_three_whatever_is_booked(cast: Cast, visit_type: VisitType, busy: int):
    some = cast.slots_from(cast.now, busy)
    Slot.objects.filter(pk__in=[slot.pk for slot in some]).update(status="blocked")
    count, ask = counted(lambda: ask_for(visit_type, now=cast.now))
    assert count == 2
    more, _ = counted(lambda: open_times(ask, first=cast.now.date(), days=14, now=cast.now))
    assert more == 1
    assert counted(lambda: open_days(ask, first=cast.now.date(), days=14, now=cast.now))[0] == 1


def test_a_limit_a_day_takes_one_more(cast: Cast, visit_type: VisitType):
    cast.policy.rules = {"booking": {"most_per_day": 3}}
    cast.policy.save()
    ask = ask_for(visit_type, now=cast.now)
    count, _ = counted(lambda: open_times(ask, first=cast.now.date(), days=14, now=cast.now))
    assert count == 2


def test_the_next_time_of_a_practitioner_is_one_look(cast: Cast, ask: Ask):
    count, found = counted(lambda: next_open(ask, after=cast.now, now=cast.now))
    assert found
    assert count == 1


def test_nobody_of_several_having_a_time_is_one_look(cast: Cast, visit_type: VisitType):
    for name in ("Dr. One", "Dr. Two"):
        more = Practitioner.objects.create(practice=cast.practice, name=name)
        visit_type.practitioners.add(more)
    ask = ask_for(visit_type, now=cast.now)
    Slot.objects.update(status="blocked")
    count, found = counted(lambda: next_open(ask, after=cast.now, now=cast.now))
    assert found is None
    assert count == 1


def test_slots_that_are_all_too_short_are_two_looks(cast: Cast, ask: Ask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("freeslot.scheduling.availability.CHUNK", 2)
    ids = cast.schedule.slots.order_by("starts_at").values_list("pk", flat=True)
    Slot.objects.filter(pk__in=list(ids)[::2]).update(status="blocked")
    ask.visit_type.length = timedelta(minutes=40)
    count, found = counted(lambda: next_open(ask, after=cast.now, now=cast.now))
    assert found is None
    assert count == 2
