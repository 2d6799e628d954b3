"""Deadlines to the second: elapsed lengths and clock times, tiers, and the grace after a late booking."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import Kind, Why
from tests.scheduling.facts import DAY_BEFORE, SECOND, START, fee_at, hours, minutes, verdict

EVENING_BEFORE = {"steps": [{"after": {"days_before": 1, "at": "18:00"}, "fee": {"minor": 3000}}]}
TIERS = {
    "steps": [
        {"after": {"minutes_before": 120}, "fee": {"minor": 9000}},
        {"after": {"minutes_before": 2880}, "fee": {"minor": 1000}},
        {"after": {"minutes_before": 1440}, "fee": {"minor": 4000}},
    ]
}
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("rules", "deadline", "fee"),
    [
        (DAY_BEFORE, START - hours(24), 2500),
        (EVENING_BEFORE, datetime(2027, 3, 9, 23, 0, tzinfo=UTC), 3000),
        ({"steps": [{"after": {"minutes_before": 1}, "fee": {"percent": 50}}]}, START - minutes(1), 6000),
    ],
)
def test_the_deadlines_own_second_is_free_and_the_next_one_is_not(rules, deadline, fee):
    for free in (deadline - SECOND, deadline, deadline + SECOND - TICK):
        assert verdict(rules, free).kind is Kind.ALLOWED
        assert verdict(rules, free).why is Why.IN_TIME
        assert fee_at(rules, free) == 0
    late = verdict(rules, deadline + SECOND)
    assert (late.kind, late.why, late.fee) == (Kind.LATE, Why.LATE, Money(fee, "USD"))
    assert late.deadline == deadline


def test_a_deadline_counts_elapsed_time_or_the_practices_clock():
    # In Berlin the clocks go forward on 28 March 2027 at 02:00, so the two kinds part by an hour.
    starts_at = datetime(2027, 3, 28, 16, 0, tzinfo=UTC)  # 18:00 in Berlin
    place = {"starts_at": starts_at, "booked_at": starts_at - timedelta(days=9), "zone": ZoneInfo("Europe/Berlin")}
    elapsed = verdict(DAY_BEFORE, starts_at - timedelta(days=3), **place)
    by_clock = verdict(EVENING_BEFORE, starts_at - timedelta(days=3), **place)
    assert elapsed.deadline == datetime(2027, 3, 27, 16, 0, tzinfo=UTC)
    assert by_clock.deadline == datetime(2027, 3, 27, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "deadline"),
    [
        # 02:30 does not exist on that night: the first instant after the gap.
        ("02:30", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        ("03:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
    ],
)
def test_a_clock_time_that_does_not_exist_means_the_end_of_the_gap(at, deadline):
    rules = {"steps": [{"after": {"days_before": 1, "at": at}, "fee": {"minor": 1}}]}
    starts_at = datetime(2027, 3, 29, 8, 0, tzinfo=UTC)
    found = verdict(rules, starts_at - timedelta(days=5), starts_at=starts_at, zone=ZoneInfo("Europe/Berlin"))
    assert found.deadline == deadline


def test_a_clock_time_that_exists_twice_means_the_second_one_for_a_deadline():
    rules = {"steps": [{"after": {"days_before": 1, "at": "02:30"}, "fee": {"minor": 1}}]}
    starts_at = datetime(2027, 11, 1, 9, 0, tzinfo=UTC)
    found = verdict(rules, starts_at - timedelta(days=5), starts_at=starts_at, zone=ZoneInfo("Europe/Berlin"))
    assert found.deadline == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_the_day_before_is_the_practices_day_not_the_one_in_utc():
    starts_at = datetime(2027, 3, 10, 3, 0, tzinfo=UTC)  # 22:00 on the 9th in New York
    assert verdict(EVENING_BEFORE, starts_at - hours(99), starts_at=starts_at).deadline == datetime(
        2027, 3, 8, 23, 0, tzinfo=UTC
    )


def test_tiers_rise_one_after_the_other_in_whatever_order_they_are_written():
    assert [fee_at(TIERS, START - hours(left)) for left in (49, 48, 24, 2)] == [0, 0, 1000, 4000]
    assert [fee_at(TIERS, START - hours(left) + SECOND) for left in (48, 24, 2)] == [1000, 4000, 9000]
    steps = verdict(TIERS, START - hours(99)).steps
    assert [(step.after, step.fee.minor) for step in steps] == [
        (START - hours(48), 1000),
        (START - hours(24), 4000),
        (START - hours(2), 9000),
    ]


def test_a_lower_tier_after_a_higher_one_never_makes_waiting_cheaper():
    rules = {
        "steps": [
            {"after": {"minutes_before": 2880}, "fee": {"minor": 4000}},
            {"after": {"minutes_before": 1440}, "fee": {"minor": 1000}},
        ]
    }
    assert [fee_at(rules, START - hours(left)) for left in (47, 23, 1)] == [4000, 4000, 4000]
    assert [step.fee.minor for step in verdict(rules, START - hours(50)).steps] == [4000]


def test_two_steps_at_one_instant_count_as_the_higher():
    rules = {
        "steps": [
            {"after": {"minutes_before": 60}, "fee": {"minor": 100}},
            {"after": {"minutes_before": 60}, "fee": {"minor": 900}},
        ]
    }
    assert fee_at(rules, START - hours(1)) == 0
    assert fee_at(rules, START - hours(1) + SECOND) == 900


@pytest.mark.parametrize(
    ("price", "percent", "cap", "fee"),
    [
        (12000, 50, None, 6000),
        (12000, 50, 8000, 6000),
        (20000, 50, 8000, 8000),
        (20000, 0, 8000, 0),
        (1, 50, None, 0),  # 0.5 goes to the even 0
        (3, 50, None, 2),  # 1.5 goes to the even 2
        (5, 50, None, 2),  # 2.5 goes to the even 2
        (250, 1, None, 2),
        (251, 1, None, 3),
        (350, 1, None, 4),
        (0, 50, None, 0),
        (99, 100, None, 99),
    ],
)
def test_a_per_cent_fee_rounds_half_to_even_and_stops_at_its_cap(price, percent, cap, fee):
    rules = {"steps": [{"after": {"minutes_before": 60}, "fee": {"percent": percent, "cap_minor": cap}}]}
    assert fee_at(rules, START - minutes(5), price=Money(price, "USD")) == fee


def test_a_visit_booked_after_its_free_deadline_has_the_grace():
    booked_at = START - hours(5)
    ends = booked_at + minutes(60)
    found = verdict(DAY_BEFORE, booked_at, booked_at=booked_at)
    assert (found.kind, found.why, found.deadline) == (Kind.ALLOWED, Why.GRACE, ends)
    assert fee_at(DAY_BEFORE, ends, booked_at=booked_at) == 0
    assert fee_at(DAY_BEFORE, ends + SECOND, booked_at=booked_at) == 2500


def test_a_grace_ends_on_a_whole_second():
    booked_at = START - hours(3) + timedelta(microseconds=123_456)
    assert verdict(DAY_BEFORE, START - hours(3), booked_at=booked_at).deadline == START - hours(2)


def test_the_grace_holds_against_every_later_tier_too():
    # Booked after the free deadline (48 h) and half an hour before the second one (24 h).
    booked_at = START - hours(24.5)
    assert fee_at(TIERS, START - hours(24) + SECOND, booked_at=booked_at) == 0
    assert fee_at(TIERS, booked_at + minutes(60), booked_at=booked_at) == 0
    assert fee_at(TIERS, booked_at + minutes(60) + SECOND, booked_at=booked_at) == 4000


def test_a_visit_booked_in_time_has_no_grace():
    booked_at = START - hours(24) - minutes(1)
    assert verdict(DAY_BEFORE, booked_at, booked_at=booked_at).why is Why.IN_TIME
    assert fee_at(DAY_BEFORE, START - hours(24) + SECOND, booked_at=booked_at) == 2500


def test_a_missed_step_that_costs_nothing_is_no_missed_deadline():
    rules = {"steps": [{"after": {"minutes_before": 2880}, "fee": {"minor": 0}}, *DAY_BEFORE["steps"]]}
    booked_at = START - hours(30)
    found = verdict(rules, booked_at, booked_at=booked_at)
    assert (found.why, found.deadline) == (Why.IN_TIME, START - hours(24))


@pytest.mark.parametrize("grace", [60, 30])
def test_a_grace_that_lasts_to_the_start_shows_no_deadline(grace):
    booked_at = START - minutes(30)
    rules = DAY_BEFORE | {"grace_after_booking_minutes": grace}
    found = verdict(rules, START - SECOND, booked_at=booked_at)
    assert (found.kind, found.why, found.fee.minor) == (Kind.ALLOWED, Why.GRACE, 0)
    assert (found.deadline, found.steps) == (None, ())


def test_without_a_grace_a_late_booking_costs_from_its_next_second():
    booked_at = START - hours(5)
    rules = DAY_BEFORE | {"grace_after_booking_minutes": 0}
    assert fee_at(rules, booked_at, booked_at=booked_at) == 0
    assert fee_at(rules, booked_at + SECOND, booked_at=booked_at) == 2500


def test_no_deadline_is_shown_where_no_fee_can_arise():
    for rules in ({}, {"steps": [{"after": {"minutes_before": 0}, "fee": {"minor": 2500}}]}):
        found = verdict(rules, START - SECOND)
        assert (found.kind, found.why, found.deadline, found.steps) == (Kind.ALLOWED, Why.NO_FEES, None, ())
