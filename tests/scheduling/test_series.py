"""A series cancelled or moved from one of its visits on: all in one transaction, or nothing at all."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from freeslot.commands.doctor import breaches
from freeslot.events.models import Event
from freeslot.patients.models import Grant
from freeslot.practices.models import Location, Policy
from freeslot.scheduling.actors import Door, link_holder
from freeslot.scheduling.errors import BadReason, SlotsUnsuitable, SlotTaken, UnknownAppointment, Unsuitable
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import CancelResult
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.move import MoveResult
from freeslot.scheduling.operations.series import CancelPress, MovePress, cancel_series, move_series
from freeslot.scheduling.series import is_weekly, plan_move, this_and_later, visits_in_series
from tests.scheduling.acts import cancel, kinds
from tests.scheduling.test_all_or_nothing import Breaking, everything
from tests.support.cast import RULES, Cast, make_cast, make_patient

HOUR = timedelta(hours=1)


def series_of(cast: Cast, *, first: int = 7, count: int = 4, every: int = 7) -> list[Appointment]:
    """Weekly visits at two in the afternoon."""
    series_id = uuid.uuid4()
    visits = [cast.book(slots=[slot_at(cast, first + every * index)]) for index in range(count)]
    Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).update(series_id=series_id)
    return list(Appointment.objects.for_pages().filter(series_id=series_id).order_by("starts_at"))


def slot_at(cast: Cast, days: int, hour: int = 14, minute: int = 0) -> Slot:
    local = cast.now.astimezone(cast.practice.tz) + timedelta(days=days)
    return cast.schedule.slots.get(starts_at=local.replace(hour=hour, minute=minute, second=0, microsecond=0))


def clock_times(visits: list[Appointment]) -> list[str]:
    found = Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).order_by("starts_at")
    return [each.starts_at.astimezone(visits[0].practice.tz).strftime("%m-%d %H:%M") for each in found]


@pytest.fixture
def cast(db) -> Cast:
    return make_cast(weeks=7)


@pytest.fixture
def visits(cast: Cast) -> list[Appointment]:
    return series_of(cast)


def cancel_all(cast: Cast, visits: list[Appointment], *, now: datetime | None = None, **changes: Any):
    given: dict[str, Any] = {"actor": cast.patient_actor, "accepted_fee": 0} | changes
    presses = [CancelPress(ref=each.reference, idempotency_key=f"k-{each.reference}", **given) for each in visits]
    return cancel_series(presses=presses, door=Door.PORTAL, now=now or cast.now)


def move_all(cast: Cast, visits: list[Appointment], to: datetime, **changes: Any):
    given: dict[str, Any] = {"actor": cast.patient_actor, "accepted_fee": 0} | changes
    planned = plan_move(visits, to, now=cast.now)
    presses = [
        MovePress(
            ref=each.visit.reference,
            idempotency_key=f"k-{each.visit.reference}",
            slot_ids=each.slot_ids,
            **given,
        )
        for each in planned
    ]
    return move_series(presses=presses, door=Door.PORTAL, now=cast.now)


def states(visits: list[Appointment]) -> list[str]:
    found = Appointment.objects.filter(pk__in=[visit.pk for visit in visits]).order_by("starts_at")
    return list(found.values_list("status", flat=True))


def test_the_later_ones_are_cancelled_with_it_each_by_an_event_of_its_own(cast, visits):
    outcome = cancel_all(cast, visits[1:])
    assert outcome.is_done
    assert states(visits) == ["booked", "cancelled", "cancelled", "cancelled"]
    events = [each.event for each in outcome.outcomes.values()]
    assert [event.subject_id for event in events] == [visit.pk for visit in visits[1:]]
    assert all(kinds(visit) == ["booked", "cancelled"] for visit in visits[1:])
    assert list(breaches(now=cast.now)) == []


def test_the_same_press_again_gives_the_same_outcome(cast, visits):
    first = cancel_all(cast, visits)
    again = cancel_all(cast, visits)
    assert again.is_done
    assert [each.event_id for each in again.outcomes.values()] == [each.event_id for each in first.outcomes.values()]
    assert Event.objects.filter(kind="appointment.cancelled").count() == len(visits)


def test_a_fee_above_the_accepted_one_of_any_changes_none_and_is_named(cast, visits):
    before = everything()
    late = visits[0].starts_at - HOUR
    outcome = cancel_all(cast, visits, now=late)
    assert (list(outcome.against), outcome.is_done) == ([visits[0].reference], False)
    assert outcome.outcomes[visits[0].reference].result is CancelResult.FEE_ROSE
    assert everything() == before
    assert cancel_all(cast, visits, now=late, accepted_fee=2500).is_done


def test_a_visit_that_is_past_stands_against_all(cast, visits):
    before = everything()
    outcome = cancel_all(cast, visits, now=visits[1].starts_at)
    assert list(outcome.against) == [visits[0].reference, visits[1].reference]
    assert everything() == before


def test_so_does_the_time_in_which_the_practice_is_only_told(cast, visits):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"tell_after": {"minutes_before": 120}})
    before = everything()
    outcome = cancel_all(cast, visits, now=visits[0].starts_at - HOUR, accepted_fee=2500)
    assert list(outcome.against) == [visits[0].reference]
    assert everything() == before


def test_so_does_a_missing_reason(cast, visits):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"reason": "required"})
    before = everything()
    outcome = cancel_all(cast, visits)
    assert {ref: type(error) for ref, error in outcome.against.items()} == {
        visit.reference: BadReason for visit in visits
    }
    assert everything() == before


def test_one_that_is_cancelled_already_does_not(cast, visits):
    cancel(cast, visits[2].reference)
    assert cancel_all(cast, visits).is_done
    assert states(visits) == ["cancelled"] * 4


def test_it_must_be_one_series_of_ones_own(cast, visits):
    alone = cast.book(slots=[slot_at(cast, 8)])
    for asked, actor in (
        (visits, cast.stranger),
        ([*visits, alone], cast.patient_actor),
        ([alone], cast.patient_actor),
    ):
        with pytest.raises(UnknownAppointment):
            cancel_all(cast, asked, actor=actor)
    assert states(visits) == ["booked"] * 4


def test_a_link_is_good_for_its_own_visit_alone(cast, visits):
    with pytest.raises(UnknownAppointment):
        cancel_all(cast, visits, actor=link_holder(visits[0].pk))
    assert states(visits) == ["booked"] * 4


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_it_breaks_at_each_statement_and_leaves_everything_as_it_was(transactional_db, monkeypatch, act):
    monkeypatch.setattr("freeslot.events.wake._start_announcer", lambda: None)
    cast = make_cast(weeks=4)
    visits = series_of(cast, count=2)
    before = everything()
    for left in range(0, 150, 3):
        try:
            with connection.execute_wrapper(Breaking(left)):
                done = (
                    cancel_all(cast, visits) if act == "cancel" else move_all(cast, visits, slot_at(cast, 8).starts_at)
                )
        except OperationalError:
            assert everything() == before
        else:
            assert done.is_done
            return
    pytest.fail("it never got through")


def test_the_later_ones_move_by_the_same_step_over_a_clock_change(cast, visits):
    """New York's clocks go forward between the first visit and the second."""
    assert clock_times(visits) == ["03-10 14:00", "03-17 14:00", "03-24 14:00", "03-31 14:00"]
    outcome = move_all(cast, visits, slot_at(cast, 8, 15, 20).starts_at)
    assert [each.result for each in outcome.outcomes.values()] == [MoveResult.MOVED] * 4
    assert clock_times(visits) == ["03-11 15:20", "03-18 15:20", "03-25 15:20", "04-01 15:20"]
    assert visits[0].starts_at.utcoffset() == timedelta(0)
    assert list(breaches(now=cast.now)) == []


@pytest.mark.parametrize(("first", "days", "moved"), [
    (7, 14, ["03-17 14:00", "03-24 14:00", "03-31 14:00", "04-07 14:00"]),
    (14, 7, ["03-10 14:00", "03-17 14:00", "03-24 14:00", "03-31 14:00"]),
])  # fmt: skip
def test_one_may_take_the_time_that_its_neighbour_leaves(cast, first, days, moved):
    visits = series_of(cast, first=first)
    assert move_all(cast, visits, slot_at(cast, days).starts_at).is_done
    assert clock_times(visits) == moved
    assert list(breaches(now=cast.now)) == []


def test_a_series_that_spans_the_change_moves_back_over_it(db):
    """Berlin, the last Sunday of March: 14:30 before it and after it."""
    cast = make_cast(zone="Europe/Berlin", country="DE", weeks=7)
    visits = series_of(cast, first=20, count=3)
    assert move_all(cast, visits, slot_at(cast, 13, 14, 40).starts_at).is_done
    assert clock_times(visits) == ["03-16 14:40", "03-23 14:40", "03-30 14:40"]


def test_a_taken_time_of_any_changes_none_and_is_named(cast, visits):
    other = make_patient(cast.practice, given_name="Otto")
    Grant.objects.create(user=cast.patient_user, patient=other, scope=Grant.Scope.CARER)
    book_for(cast, other, slot_at(cast, 22, 15))
    before = everything()
    to = slot_at(cast, 8, 15).starts_at
    planned = plan_move(visits, to, now=cast.now)
    assert [each.is_taken for each in planned] == [False, False, True, False]
    outcome = move_all(cast, visits, to)
    assert {ref: type(error) for ref, error in outcome.against.items()} == {visits[2].reference: SlotTaken}
    assert everything() == before


def book_for(cast: Cast, patient, slot: Slot) -> Appointment:
    booked = book_appointment(
        patient=patient, visit_type=cast.visit_type, slot_ids=[slot.pk], actor=cast.patient_actor, door=Door.PORTAL,
        now=cast.now,
    )  # fmt: skip
    return Appointment.objects.get(reference=booked.reference)


def test_a_closed_day_of_any_changes_none(cast, visits):
    slot_at(cast, 22, 15).delete()
    before = everything()
    outcome = move_all(cast, visits, slot_at(cast, 8, 15).starts_at)
    error = outcome.against[visits[2].reference]
    assert isinstance(error, SlotsUnsuitable)
    assert error.why is Unsuitable.GONE
    assert everything() == before


def test_a_fee_that_one_move_would_take_along_is_accepted_or_nothing_moves(cast, visits):
    late = visits[0].starts_at - HOUR
    cast.now, before = late, everything()
    to = slot_at(cast, 1).starts_at
    outcome = move_all(cast, visits, to)
    assert outcome.outcomes[visits[0].reference].result is MoveResult.FEE_ROSE
    assert everything() == before
    assert move_all(cast, visits, to, accepted_fee=2500).is_done
    carried = Appointment.objects.order_by("starts_at").values_list("carried_fee_minor", flat=True)
    assert list(carried) == [2500, 0, 0, 0]


def test_the_same_move_again_gives_the_same_outcome(cast, visits):
    to = slot_at(cast, 8).starts_at
    move_all(cast, visits, to)
    moved = visits_in_series(Appointment.objects.for_pages().get(pk=visits[0].pk))
    assert move_all(cast, moved, to).is_done
    assert Event.objects.filter(kind="appointment.moved").count() == 4


def test_one_that_is_checked_in_cannot_move(cast, visits):
    check_in(ref=visits[0].reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    before = everything()
    outcome = move_all(cast, visits, slot_at(cast, 8).starts_at)
    assert list(outcome.against) == [visits[0].reference]
    assert everything() == before


def test_a_series_knows_its_visits_and_whether_they_are_weekly(cast, visits):
    assert [each.pk for each in visits_in_series(visits[2])] == [each.pk for each in visits]
    assert [each.pk for each in this_and_later(visits[2], visits)] == [visits[2].pk, visits[3].pk]
    assert is_weekly(visits)
    assert not is_weekly(visits[::2])
    assert visits_in_series(cast.book(days=2)) == []
    cancel(cast, visits[3].reference)
    assert len(visits_in_series(visits[0])) == 3


def test_a_clock_time_that_one_of_the_nights_does_not_have_is_no_time(cast, visits):
    """Half past two in the night of 14 March 2027 in New York, for the second of them."""
    sunday = datetime(2027, 3, 7, 7, 30, tzinfo=UTC)
    planned = plan_move(visits[:2], sunday, now=cast.now)
    assert [each.starts_at for each in planned] == [sunday, None]
    assert planned[1].against is Unsuitable.GONE


@pytest.mark.parametrize("hour", [5, 6])
def test_of_two_equal_hours_the_first_visit_goes_to_the_one_that_was_picked(hour: int, cast, visits):
    """Half past one in the night of 7 November 2027 in New York, by summer time and by winter time."""
    picked = datetime(2027, 11, 7, hour, 30, tzinfo=UTC)
    planned = plan_move(visits[:2], picked, now=cast.now)
    assert [each.starts_at for each in planned] == [picked, datetime(2027, 11, 14, 6, 30, tzinfo=UTC)]


@pytest.mark.parametrize("hour", [5, 6])
def test_of_two_equal_hours_a_visit_that_does_not_move_stays_in_its_own(hour: int, cast, visits):
    """Half past one in the night of 7 November 2027 in New York, once more."""
    visits[1].starts_at = datetime(2027, 11, 7, hour, 30, tzinfo=UTC)
    assert plan_move(visits[:2], visits[0].starts_at, now=cast.now)[1].starts_at == visits[1].starts_at


def test_a_plan_costs_the_same_for_one_visit_and_for_three(cast, visits, django_assert_num_queries):
    for some in (visits[:1], visits[:3]):
        with django_assert_num_queries(2):
            plan_move(some, some[0].starts_at + timedelta(days=1), now=cast.now)


def test_a_plan_says_why_a_time_would_not_do(cast: Cast, visits):
    the_next_day, long_before = (visits[0].starts_at + timedelta(days=each) for each in (1, -6))

    def against(**booking: Any) -> Unsuitable | None:
        Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"booking": booking})
        (planned,) = plan_move(visits[:1], the_next_day, now=cast.now)
        return planned.against

    assert against() is None
    assert against(notice_minutes=9 * 24 * 60) is Unsuitable.TOO_SOON
    assert against(horizon_days=5) is Unsuitable.TOO_FAR
    (past,) = plan_move(visits[:1], long_before, now=visits[0].starts_at)
    assert past.against is Unsuitable.PAST
    slot_at(cast, 8, 14, 20).delete()
    type(cast.visit_type).objects.update(length=timedelta(minutes=40))
    assert plan_move(visits_in_series(visits[0])[:1], the_next_day, now=cast.now)[0].against is Unsuitable.LENGTH


def test_a_plan_stays_at_the_place_where_the_rules_say_so(cast: Cast, visits):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"move": {"elsewhere": []}})
    elsewhere = Location.objects.create(practice=cast.practice, name="Oak Street", address="3 Oak Street")
    Slot.objects.filter(pk=slot_at(cast, 8).pk).update(location=elsewhere)
    (planned,) = plan_move(visits_in_series(visits[0])[:1], slot_at(cast, 8).starts_at, now=cast.now)
    assert planned.against is Unsuitable.ELSEWHERE


def test_a_plan_counts_a_time_that_was_withdrawn_as_taken(cast: Cast, visits):
    Slot.objects.filter(pk=slot_at(cast, 8).pk).update(is_withdrawn=True)
    assert plan_move(visits[:1], slot_at(cast, 8).starts_at, now=cast.now)[0].is_taken


def test_a_plan_counts_a_hold_as_open_once_it_has_lapsed(cast: Cast, visits):
    hold_slots(slot_ids=[slot_at(cast, 8).pk], holder=uuid.uuid4(), length=HOUR, now=cast.now)
    to = slot_at(cast, 8).starts_at
    found = [plan_move(visits[:1], to, now=cast.now + later)[0].is_taken for later in (HOUR / 2, HOUR)]
    assert found == [True, False]
