"""Local clock times as instants, over the clock changes of four zones, and slots cut out of opening hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from freeslot.scheduling.intervals import Hours, instant, is_skipped, open_intervals, overlaps, pieces, subtract

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
LOS_ANGELES, LORD_HOWE = ZoneInfo("America/Los_Angeles"), ZoneInfo("Australia/Lord_Howe")


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "clock", "moment"),
    [
        (NEW_YORK, date(2027, 3, 14), time(2, 0), utc(2027, 3, 14, 7)),
        (NEW_YORK, date(2027, 3, 14), time(2, 59, 59), utc(2027, 3, 14, 7)),
        (BERLIN, date(2027, 3, 28), time(2, 30), utc(2027, 3, 28, 1)),
        (LOS_ANGELES, date(2027, 3, 14), time(2, 15), utc(2027, 3, 14, 10)),
        # Lord Howe's clocks go forward by half an hour, from 02:00 to 02:30.
        (LORD_HOWE, date(2027, 10, 3), time(2, 10), utc(2027, 10, 2, 15, 30)),
        # Midnight itself is skipped in Chile, and in Samoa once a whole day was.
        (ZoneInfo("America/Santiago"), date(2027, 9, 5), time(0, 20), utc(2027, 9, 5, 4)),
        (ZoneInfo("Pacific/Apia"), date(2011, 12, 30), time(9), utc(2011, 12, 30, 10)),
    ],
)
def test_a_local_time_that_does_not_exist_means_the_first_instant_after_the_gap(zone, day, clock, moment):
    assert is_skipped(datetime.combine(day, clock, zone))
    assert instant(day, clock, zone, later=False) == instant(day, clock, zone, later=True) == moment


@pytest.mark.parametrize(
    ("zone", "day", "clock", "first", "second"),
    [
        (NEW_YORK, date(2027, 11, 7), time(1, 30), utc(2027, 11, 7, 5, 30), utc(2027, 11, 7, 6, 30)),
        (BERLIN, date(2027, 10, 31), time(2, 0), utc(2027, 10, 31, 0), utc(2027, 10, 31, 1)),
        (LOS_ANGELES, date(2027, 11, 7), time(1), utc(2027, 11, 7, 8), utc(2027, 11, 7, 9)),
        (LORD_HOWE, date(2027, 4, 4), time(1, 45), utc(2027, 4, 3, 14, 45), utc(2027, 4, 3, 15, 15)),
    ],
)
def test_a_local_time_that_exists_twice_is_the_one_that_was_asked_for(zone, day, clock, first, second):
    assert not is_skipped(datetime.combine(day, clock, zone))
    assert instant(day, clock, zone, later=False) == first
    assert instant(day, clock, zone, later=True) == second


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, LOS_ANGELES, LORD_HOWE])
def test_any_other_local_time_reads_the_same_on_the_practices_clock(zone):
    for ahead in range(366):
        day = date(2027, 1, 1) + timedelta(days=ahead)
        moment = instant(day, time(9), zone, later=False)
        assert moment.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, time(9))
        assert moment.tzinfo is UTC


def test_opening_hours_start_at_the_first_and_end_at_the_second_of_two_equal_times():
    assert open_intervals(date(2027, 11, 7), [Hours(6, time(1), time(1, 30))], NEW_YORK) == [
        (utc(2027, 11, 7, 5), utc(2027, 11, 7, 6, 30))
    ]


def test_opening_hours_inside_the_gap_are_left_out_and_those_over_it_are_shorter():
    hours = [Hours(6, time(2), time(2, 45)), Hours(6, time(2, 15), time(4)), Hours(0, time(9), time(10))]
    assert open_intervals(date(2027, 3, 14), hours, NEW_YORK) == [(utc(2027, 3, 14, 7), utc(2027, 3, 14, 8))]


def test_hours_that_overlap_become_one_and_hours_that_touch_do_not():
    hours = [Hours(0, time(12), time(17)), Hours(0, time(9), time(13)), Hours(0, time(10), time(11))]
    monday = date(2027, 3, 1)
    assert open_intervals(monday, hours, NEW_YORK) == [(utc(2027, 3, 1, 14), utc(2027, 3, 1, 22))]
    touching = [Hours(0, time(9), time(12)), Hours(0, time(12), time(17))]
    assert open_intervals(monday, touching, NEW_YORK) == [
        (utc(2027, 3, 1, 14), utc(2027, 3, 1, 17)),
        (utc(2027, 3, 1, 17), utc(2027, 3, 1, 22)),
    ]


def test_hours_that_touch_at_a_time_that_exists_twice_do_not_overlap():
    hours = [Hours(6, time(1), time(1, 30)), Hours(6, time(1, 30), time(3))]
    assert open_intervals(date(2027, 11, 7), hours, NEW_YORK) == [(utc(2027, 11, 7, 5), utc(2027, 11, 7, 8))]


def hour(starts: float, ends: float) -> tuple[datetime, datetime]:
    return utc(2027, 3, 1) + timedelta(hours=starts), utc(2027, 3, 1) + timedelta(hours=ends)


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ([], [(9, 17)]),
        ([(12, 13)], [(9, 12), (13, 17)]),
        ([(8, 10), (16, 18)], [(10, 16)]),
        ([(8, 18)], []),
        ([(9, 17)], []),
        ([(7, 9), (17, 20)], [(9, 17)]),
        ([(1, 2), (20, 21)], [(9, 17)]),
        ([(12, 14), (11, 13)], [(9, 11), (14, 17)]),
    ],
)
def test_what_is_closed_is_taken_away(closed, left):
    assert subtract([hour(9, 17)], [hour(*each) for each in closed]) == [hour(*each) for each in left]


def test_intervals_that_only_touch_do_not_overlap():
    assert not overlaps(hour(9, 10), hour(10, 11))
    assert not overlaps(hour(10, 11), hour(9, 10))
    assert overlaps(hour(9, 10.1), hour(10, 11))
    assert overlaps(hour(9, 12), hour(10, 11))


def test_what_is_left_over_at_the_end_is_not_offered():
    assert list(pieces(hour(9, 10), timedelta(minutes=25))) == [hour(9, 9 + 25 / 60), hour(9 + 25 / 60, 9 + 50 / 60)]
    assert list(pieces(hour(9, 9.25), timedelta(minutes=20))) == []
