"""The verdict beyond its deadlines: refusals, exemptions, told practices, undo windows, the rule by phone."""

from datetime import timedelta

import pytest

from freeslot.scheduling.policy import Kind, Why, undo_until
from freeslot.scheduling.rulebook import Rules
from freeslot.scheduling.states import Side, Status
from tests.scheduling.facts import DAY_BEFORE, SECOND, START, fee_at, hours, minutes, verdict, visit

LATE = START - hours(3)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (Status.CANCELLED, Why.CANCELLED),
        (Status.ARRIVED, Why.CHECKED_IN),
        (Status.FULFILLED, Why.OVER),
        (Status.NOSHOW, Why.OVER),
    ],
)
def test_a_visit_that_cannot_be_cancelled_by_the_patient_says_why(status, why):
    found = verdict(DAY_BEFORE, LATE, status=status)
    assert (found.kind, found.why, found.fee.minor) == (Kind.REFUSED, why, 0)
    assert (found.deadline, found.steps, found.undo_until, found.tells_practice) == (None, (), None, False)


def test_a_requested_visit_can_be_cancelled_like_a_booked_one():
    assert verdict(DAY_BEFORE, START - hours(25), status=Status.PENDING).kind is Kind.ALLOWED


def test_the_patient_can_cancel_until_the_visit_starts():
    last = START - timedelta(microseconds=1)
    assert verdict(DAY_BEFORE, last).kind is Kind.LATE
    assert verdict(DAY_BEFORE, START).why is Why.STARTED


def test_the_practice_can_cancel_a_started_visit_and_one_checked_in_never_with_a_fee():
    for status, now in [(Status.BOOKED, START + hours(1)), (Status.ARRIVED, LATE), (Status.BOOKED, LATE)]:
        found = verdict(DAY_BEFORE, now, side=Side.PRACTICE, status=status)
        assert (found.kind, found.why, found.fee.minor) == (Kind.ALLOWED, Why.BY_PRACTICE, 0)


def test_the_system_cancels_without_a_fee_but_not_a_visit_checked_in():
    assert verdict(DAY_BEFORE, LATE, side=Side.SYSTEM).why is Why.BY_PRACTICE
    assert verdict(DAY_BEFORE, LATE, side=Side.SYSTEM, status=Status.ARRIVED).why is Why.CHECKED_IN


def test_a_payer_that_forbids_fees_makes_a_late_cancel_free():
    rules = DAY_BEFORE | {"never_charged_payers": ["medicaid"]}
    found = verdict(rules, LATE, payer="medicaid")
    assert (found.kind, found.why, found.deadline, found.fee.minor) == (Kind.ALLOWED, Why.PAYER, None, 0)
    assert fee_at(rules, LATE, payer="other") == 2500
    assert fee_at(rules, LATE, payer="") == 2500


def test_a_visit_the_practice_moved_is_free_even_with_a_fee_carried_along():
    found = verdict(DAY_BEFORE, LATE, moved_by_practice=True, carried_fee_minor=2500)
    assert (found.kind, found.why, found.deadline) == (Kind.ALLOWED, Why.MOVED_BY_PRACTICE, None)


def test_a_fee_carried_along_by_a_move_counts_from_the_beginning():
    early = START - timedelta(days=10)
    found = verdict(DAY_BEFORE, early, carried_fee_minor=1500)
    assert (found.kind, found.why, found.fee.minor) == (Kind.LATE, Why.CARRIED, 1500)
    assert [step.fee.minor for step in found.steps] == [1500, 2500]
    assert fee_at(DAY_BEFORE, LATE, carried_fee_minor=1500) == 2500
    assert fee_at(DAY_BEFORE, LATE, carried_fee_minor=9900) == 9900
    assert fee_at({}, early, carried_fee_minor=1500) == 1500


def test_from_a_moment_on_the_practice_is_told_instead_and_its_fee_is_said():
    rules = DAY_BEFORE | {"tell_after": {"minutes_before": 120}}
    assert verdict(rules, START - hours(2)).kind is Kind.LATE
    told = verdict(rules, START - hours(2) + SECOND)
    assert (told.kind, told.why, told.fee.minor, told.undo_until) == (Kind.REFUSED, Why.TELL, 2500, None)
    assert told.tells_practice
    assert told.deadline == START - hours(24)


def test_telling_is_for_patients_alone_and_holds_where_no_fee_can_arise():
    rules = {"tell_after": {"days_before": 1, "at": "18:00"}, "never_charged_payers": ["medicaid"]}
    assert verdict(rules, LATE).tells_practice
    assert verdict(rules, LATE, payer="medicaid").tells_practice
    assert verdict(rules, LATE, side=Side.PRACTICE).kind is Kind.ALLOWED
    assert verdict(rules, START).why is Why.STARTED


@pytest.mark.parametrize(
    ("left", "window"),
    [
        (hours(5), minutes(10)),
        (minutes(70), minutes(10)),
        (minutes(69), minutes(9)),
        (minutes(60) + SECOND, SECOND),
        (minutes(60), None),
        (minutes(5), None),
    ],
)
def test_the_undo_window_ends_a_stated_time_before_the_start(left, window):
    now = START - left
    rules = {"undo_minutes": 10, "undo_ends_before_minutes": 60}
    assert verdict(rules, now).undo_until == (None if window is None else now + window)


def test_a_request_does_not_become_a_booking_by_a_cancel_and_its_undo():
    assert undo_until(visit(status=Status.PENDING), Rules(), START - hours(5)) is None


def test_an_undo_of_no_minutes_is_no_undo():
    assert undo_until(visit(), Rules(undo_for=minutes(0)), START - hours(5)) is None


def test_the_rule_by_phone_is_shown_where_it_differs():
    by_phone = [{"after": {"minutes_before": 2880}, "fee": {"minor": 4000}}]
    found = verdict(DAY_BEFORE | {"phone_steps": by_phone}, START - hours(30))
    assert found.fee.minor == 0
    assert [(step.after, step.fee.minor) for step in found.phone_steps or ()] == [(START - hours(48), 4000)]
    assert verdict(DAY_BEFORE | {"phone_steps": []}, LATE).phone_steps == ()
    assert verdict(DAY_BEFORE, LATE).phone_steps is None


def test_nobody_who_never_pays_is_told_what_it_costs_by_phone():
    rules = {"phone_steps": DAY_BEFORE["steps"], "never_charged_payers": ["medicaid"]}
    assert verdict(rules, LATE, payer="medicaid").phone_steps is None
    assert verdict(rules, LATE, side=Side.PRACTICE).phone_steps is None


def test_what_else_is_lost_is_said_in_the_readers_language_or_the_first_written():
    rules = Rules(also_lost=(("en", "Your place."), ("es", "Su plaza.")))
    assert [rules.also_lost_in(language) for language in ("es", "en", "de")] == [
        "Su plaza.",
        "Your place.",
        "Your place.",
    ]
    assert Rules().also_lost_in("en") == ""
