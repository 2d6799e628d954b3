"""The verdict on a move: every reason against it, its deadline to the second, what it takes along."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freeslot.scheduling.moving import MoveVerdict, WhyNot, move_verdict_for
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side, Status
from tests.scheduling.facts import DAY_BEFORE, SECOND, START, fee_at, hours, minutes, verdict, visit

MICROSECOND = timedelta(microseconds=1)
LONG_BEFORE = START - hours(100)
PATIENT, PRACTICE, SYSTEM = Side.PATIENT, Side.PRACTICE, Side.SYSTEM


def move_at(now: datetime, rules: dict[str, Any] | None = None, *, side: Side = PATIENT, **changes: Any) -> MoveVerdict:
    return move_verdict_for(visit(**changes), rules_from(rules or {}), side, now)


def test_without_rules_a_move_is_allowed_until_the_start_as_often_as_one_likes():
    found = move_at(LONG_BEFORE, moves=50)
    assert (found.is_allowed, found.why_not, found.until, found.left) == (True, None, START, None)
    assert found.carried.minor == 0
    assert move_at(START - MICROSECOND).is_allowed
    assert move_at(START).why_not is WhyNot.STARTED


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.CANCELLED, WhyNot.CANCELLED),
        (Status.ARRIVED, WhyNot.CHECKED_IN),
        (Status.FULFILLED, WhyNot.OVER),
        (Status.NOSHOW, WhyNot.OVER),
        (Status.PENDING, WhyNot.OVER),
    ],
)
@pytest.mark.parametrize("side", list(Side))
def test_only_a_booked_visit_is_moved_by_anyone(status: Status, why: WhyNot, side: Side):
    assert move_at(LONG_BEFORE, status=status, side=side).why_not is why


@pytest.mark.parametrize(
    ("rules", "until"),
    [
        ({"move": {"until": {"minutes_before": 120}}}, START - hours(2)),
        ({"tell_after": {"minutes_before": 60}}, START - hours(1)),
        ({"move": {"until": {"minutes_before": 120}}, "tell_after": {"minutes_before": 180}}, START - hours(2)),
        ({"move": {"until": {"days_before": 1, "at": "18:00"}}}, datetime(2027, 3, 9, 23, 0, tzinfo=UTC)),
        ({"move": {"until": {"minutes_before": 0}}}, START),
    ],
)
def test_the_deadlines_own_second_still_allows_it(rules: dict[str, Any], until: datetime):
    last = until + SECOND - MICROSECOND if until < START else until - MICROSECOND
    assert move_at(last, rules).until == until
    assert move_at(last, rules).is_allowed
    after = move_at(until + SECOND, rules)
    assert after.why_not is (WhyNot.TOO_LATE if until < START else WhyNot.STARTED)


def test_a_limit_counts_the_moves_that_were():
    rules = {"move": {"most": 2}}
    assert [(move_at(LONG_BEFORE, rules, moves=each).left) for each in range(4)] == [2, 1, 0, 0]
    assert [move_at(LONG_BEFORE, rules, moves=each).why_not for each in (1, 2)] == [None, WhyNot.TOO_OFTEN]
    assert move_at(LONG_BEFORE, {"move": {"most": 0}}).why_not is WhyNot.TOO_OFTEN


def test_a_visit_that_the_practice_was_told_of_is_not_moved_by_the_patient():
    assert move_at(LONG_BEFORE, is_told=True).why_not is WhyNot.TOLD
    assert move_at(LONG_BEFORE, is_told=True, side=PRACTICE).is_allowed


def test_the_practice_moves_whenever_it_likes_and_takes_no_fee_along():
    rules = DAY_BEFORE | {"move": {"until": {"minutes_before": 120}, "most": 0}}
    found = move_at(START + hours(1), rules, side=PRACTICE)
    assert (found.is_allowed, found.carried.minor) == (True, 0)


def test_what_happens_by_itself_is_judged_as_the_patients_own_move():
    rules = DAY_BEFORE | {"move": {"until": {"minutes_before": 120}, "most": 1}}
    assert move_at(START - hours(5), rules, side=SYSTEM) == move_at(START - hours(5), rules)
    assert move_at(START - hours(5), rules, side=SYSTEM).carried.minor == 2500
    assert move_at(START - hours(1), rules, side=SYSTEM).why_not is WhyNot.TOO_LATE
    assert move_at(LONG_BEFORE, rules, side=SYSTEM, moves=1).why_not is WhyNot.TOO_OFTEN


def test_a_late_move_takes_the_fee_of_a_cancel_at_that_moment_along():
    assert move_at(START - hours(24), DAY_BEFORE).carried.minor == 0
    assert move_at(START - hours(24) + SECOND, DAY_BEFORE).carried.minor == 2500
    assert move_at(LONG_BEFORE, DAY_BEFORE, carried_fee_minor=900).carried.minor == 900
    assert move_at(START - hours(5), DAY_BEFORE | {"tell_after": {"minutes_before": 600}}).carried.minor == 2500


@pytest.mark.parametrize("exempt", [{"payer": "medicaid"}, {"moved_by_practice": True}])
def test_who_pays_no_fee_takes_none_along(exempt: dict[str, Any]):
    rules = DAY_BEFORE | {"never_charged_payers": ["medicaid"]}
    assert move_at(START - hours(5), rules, **exempt).carried.minor == 0


# What the verdict on a cancel makes of a move that was.


@pytest.mark.parametrize("off", [-hours(1), timedelta(0), minutes(5)])
def test_what_was_carried_along_counts_at_once_and_by_any_clock(off: timedelta):
    moved_at = START - hours(200)
    found = verdict(DAY_BEFORE, moved_at + off, moved_at=moved_at, carried_fee_minor=900)
    assert (found.fee.minor, found.kind, found.why) == (900, "late", "carried")


def test_what_was_carried_along_is_the_least_and_a_higher_fee_comes_all_the_same():
    moved_at = START - hours(200)
    found = verdict(DAY_BEFORE, LONG_BEFORE, moved_at=moved_at, carried_fee_minor=900)
    assert [(step.after, step.fee.minor) for step in found.steps] == [
        (moved_at, 900),
        (START - hours(24), 2500),
    ]
    assert fee_at(DAY_BEFORE, START - hours(1), moved_at=moved_at, carried_fee_minor=900) == 2500
    assert fee_at(DAY_BEFORE, START - hours(1), moved_at=moved_at, carried_fee_minor=9000) == 9000


def test_a_move_to_a_time_whose_free_deadline_had_passed_is_free_for_the_grace():
    moved_at = START - hours(10)
    found = verdict(DAY_BEFORE, moved_at + minutes(60), moved_at=moved_at)
    assert (found.fee.minor, found.why, found.deadline) == (0, "grace", moved_at + minutes(60))
    assert fee_at(DAY_BEFORE, moved_at + minutes(60) + SECOND, moved_at=moved_at) == 2500
