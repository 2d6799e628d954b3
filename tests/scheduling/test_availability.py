"""Open times: only such as a booking would get, computed from the slots as they are at this instant."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.practices.models import Location, Policy, Practitioner
from freeslot.scheduling.availability import MOST_DAYS, Ask, OpenTime, ask_for, next_open, open_days, open_times
from freeslot.scheduling.errors import SlotsUnsuitable
from freeslot.scheduling.models import Schedule, Slot, WeeklyHours
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.reading import slot_ids_of
from tests.scheduling.acts import cancel, move
from tests.scheduling.plans import know_sizes, plan_of
from tests.scheduling.test_book import book
from tests.support.cast import Cast, make_cast

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TICK = timedelta(microseconds=1)
# Three slots a day from nine in New York, from Thursday on; it is Wednesday, 16:00.
THURSDAY = date(2027, 3, 4)


@pytest.fixture
def cast(db) -> Cast:
    cast = make_cast(weeks=1)
    cast.schedule.weekly_hours.update(ends=time(10))
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=1)
    return cast


def with_rules(cast: Cast, *, move: dict[str, Any] | None = None, **booking: Any) -> None:
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"booking": booking, "move": move or {}})


def found(cast: Cast, *, first: date = THURSDAY, days: int = 2, now: datetime | None = None, **ask: Any) -> list[str]:
    now = now or cast.now
    return clocks(cast, open_times(ask_for(cast.visit_type, now=now, **ask), first=first, days=days, now=now))


def clocks(cast: Cast, times: list[OpenTime]) -> list[str]:
    """The day of the month and the practice's clock."""
    return [f"{each.starts_at.astimezone(cast.practice.tz):%-d %H:%M}" for each in times]


def slots_of(cast: Cast, day: int = 0, count: int = 3) -> list[Slot]:
    return cast.slots_from(cast.now + day * DAY, count)


def other_schedule(cast: Cast, starts: str, ends: str, *, length: int = 20, **given: Any) -> Schedule:
    schedule = Schedule.objects.create(
        practice=cast.practice,
        practitioner=given.get("practitioner", cast.practitioner),
        location=given.get("location", cast.location),
        slot_length=length * MINUTE,
    )
    for weekday in range(7):
        WeeklyHours.objects.create(practice=cast.practice, schedule=schedule, weekday=weekday, starts=starts, ends=ends)
    publish_slots(schedule=schedule, now=cast.now, weeks=1)
    return schedule


def take(cast: Cast, length: int, buffer: int = 0) -> None:
    cast.visit_type.length, cast.visit_type.buffer = length * MINUTE, buffer * MINUTE
    cast.visit_type.save()


def test_free_slots_are_open_in_order_with_what_a_booking_needs(cast: Cast):
    assert found(cast) == ["4 09:00", "4 09:20", "4 09:40", "5 09:00", "5 09:20", "5 09:40"]
    ask = ask_for(cast.visit_type, now=cast.now)
    first = open_times(ask, first=THURSDAY, days=1, now=cast.now)[0]
    slot = slots_of(cast)[0]
    assert first == OpenTime(slot.starts_at, slot.ends_at, (slot.pk,), cast.practitioner.pk, cast.location.pk)


def test_the_days_that_have_something_are_counted(cast: Cast):
    for slot in slots_of(cast, 1):
        book(cast, slot)
    ask = ask_for(cast.visit_type, now=cast.now)
    assert open_days(ask, first=THURSDAY, days=3, now=cast.now) == {THURSDAY: 3, date(2027, 3, 6): 3}


def test_today_offers_what_is_still_to_come(cast: Cast):
    slot = slots_of(cast)[1]
    assert found(cast, days=1, now=slot.starts_at - TICK) == ["4 09:20", "4 09:40"]
    assert found(cast, days=1, now=slot.starts_at) == ["4 09:40"]
    assert found(cast, first=THURSDAY - DAY, days=1) == []


def test_busy_blocked_held_and_squeezed_in_slots_are_not_open_and_a_lapsed_hold_is_at_once(cast: Cast):
    busy, blocked, held = slots_of(cast)
    book(cast, busy)
    Slot.objects.filter(pk=blocked.pk).update(status=Slot.Status.BLOCKED)
    hold_slots(slot_ids=[held.pk], holder=cast.patient.pk, length=5 * MINUTE, now=cast.now)
    Slot.objects.create(
        practice=cast.practice, schedule=cast.schedule, practitioner=cast.practitioner, location=cast.location,
        starts_at=blocked.starts_at, ends_at=blocked.ends_at, overbooked=True,
    )  # fmt: skip
    assert found(cast, days=1) == []
    assert found(cast, days=1, now=cast.now + 5 * MINUTE - TICK) == []
    assert found(cast, days=1, now=cast.now + 5 * MINUTE) == ["4 09:40"]


def test_a_long_visit_is_open_where_slots_follow_each_other_and_its_buffer_is_taken_along(cast: Cast):
    take(cast, 40)
    assert found(cast, days=1) == ["4 09:00", "4 09:20"]
    take(cast, 30, buffer=10)
    ask = ask_for(cast.visit_type, now=cast.now)
    times = open_times(ask, first=THURSDAY, days=1, now=cast.now)
    assert clocks(cast, times) == ["4 09:00", "4 09:20"]
    assert times[0].ends_at - times[0].starts_at == 30 * MINUTE
    assert times[0].slot_ids == tuple(slot.pk for slot in slots_of(cast, 0, 2))
    take(cast, 20, buffer=21)
    assert found(cast, days=1) == ["4 09:00"]
    take(cast, 61)
    assert found(cast, days=1) == []
    take(cast, 40)
    book(cast, *slots_of(cast, 1, 2))
    assert found(cast, first=THURSDAY + DAY, days=1) == [], "09:40 alone is too short"


def test_the_notice_and_the_horizon_hold_to_the_instant(cast: Cast):
    with_rules(cast, notice_minutes=60, horizon_days=2)
    slot = slots_of(cast)[0]
    assert found(cast, days=1, now=slot.starts_at - HOUR)[0] == "4 09:00"
    assert found(cast, days=1, now=slot.starts_at - HOUR + TICK)[0] == "4 09:20"
    assert found(cast, days=7, now=slot.starts_at - HOUR)[-1] == "5 09:40"
    assert found(cast, days=7, now=slot.starts_at)[-1] == "6 09:00"
    assert found(cast, days=7, now=slot.starts_at - TICK)[-1] == "5 09:40"
    with_rules(cast, notice_minutes=4 * 1440, horizon_days=2)
    assert found(cast, days=7) == []


def test_a_visit_may_begin_at_the_horizon_and_end_after_it(cast: Cast):
    with_rules(cast, horizon_days=1)
    take(cast, 40)
    now = slots_of(cast)[0].starts_at - DAY
    assert found(cast, now=now) == ["4 09:00"]
    assert next_open(ask_for(cast.visit_type, now=now), after=now, now=now).starts_at == now + DAY


def test_no_more_days_are_read_than_the_most(cast: Cast):
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=10)
    assert len(found(cast, days=10_000)) == 3 * MOST_DAYS
    assert found(cast, days=0) == []


def test_closed_hours_and_a_practitioner_who_is_off_leave_nothing(cast: Cast):
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    cast.visit_type.practitioners.add(colleague)
    other = other_schedule(cast, "09:00", "09:20", practitioner=colleague)
    close_day(practice=cast.practice, day=THURSDAY, now=cast.now, schedule=other)
    close_day(practice=cast.practice, day=THURSDAY, now=cast.now, starts=time(9), ends=time(9, 30))
    close_day(practice=cast.practice, day=THURSDAY + DAY, now=cast.now)
    assert found(cast, days=3) == ["4 09:30", "6 09:00", "6 09:00", "6 09:20", "6 09:40"]


def test_a_day_is_full_for_one_practitioner_and_visit_type_alone(cast: Cast):
    with_rules(cast, most_per_day=1)
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    cast.visit_type.practitioners.add(colleague)
    other_schedule(cast, "11:00", "11:20", practitioner=colleague)
    visit = cast.book(slots=slots_of(cast)[:1])
    assert found(cast) == ["4 11:00", "5 09:00", "5 09:20", "5 09:40", "5 11:00"]
    assert found(cast, days=1, moving=visit) == ["4 09:20", "4 09:40", "4 11:00"], "itself it does not fill the day for"
    cancel(cast, visit.reference)
    assert found(cast, days=1) == ["4 09:20", "4 09:40", "4 11:00"]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "America/Santiago"])
def test_a_day_is_the_practices_own_from_midnight_to_midnight(db, zone: str):
    cast = make_cast(weeks=1, zone=zone)
    cast.schedule.weekly_hours.update(starts=time(0), ends=time(23, 59))
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=1)
    day = cast.now.astimezone(ZoneInfo(zone)).date() + 2 * DAY
    times = found(cast, first=day, days=1)
    assert (times[0], times[-1], len(times)) == (f"{day.day} 00:00", f"{day.day} 23:20", 71)


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        ("America/New_York", date(2027, 3, 14), 68),
        ("America/New_York", date(2027, 11, 7), 74),
        ("Europe/Berlin", date(2027, 3, 28), 68),
        ("Europe/Berlin", date(2027, 10, 31), 74),
        ("America/Santiago", date(2027, 9, 5), 68),
        ("Asia/Kathmandu", date(2027, 3, 28), 71),
    ],
)
def test_a_clock_change_night_has_the_times_it_has(db, zone: str, day: date, count: int):
    """Santiago's clocks go forward at midnight: the day begins at one."""
    cast = make_cast(now=datetime.combine(day - 2 * DAY, time(12), UTC), weeks=1, zone=zone)
    cast.schedule.weekly_hours.update(starts=time(0), ends=time(23, 59))
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=1)
    ask = ask_for(cast.visit_type, now=cast.now)
    days = open_days(ask, first=day - DAY, days=3, now=cast.now)
    assert days == {day - DAY: 71, day: count, day + DAY: 71}
    times = open_times(ask, first=day, days=1, now=cast.now)
    assert len({each.starts_at for each in times}) == count
    assert {each.starts_at.astimezone(cast.practice.tz).date() for each in times} == {day}


def test_a_practitioner_or_a_place_may_be_chosen_and_one_who_does_not_give_it_has_nothing(cast: Cast):
    annex = Location.objects.create(practice=cast.practice, name="Annex", address="14 Elm Street")
    colleague, stranger = (Practitioner.objects.create(practice=cast.practice, name=name) for name in ("Lee", "Wu"))
    cast.visit_type.practitioners.add(colleague)
    other_schedule(cast, "11:00", "11:20", practitioner=colleague, location=annex)
    other_schedule(cast, "12:00", "12:20", practitioner=stranger)
    other_schedule(cast, "14:00", "14:20", location=annex)
    assert found(cast, days=1, practitioner_id=colleague.pk) == ["4 11:00"]
    assert found(cast, days=1, practitioner_id=stranger.pk) == []
    assert found(cast, days=1, location_id=annex.pk) == ["4 11:00", "4 14:00"]
    assert found(cast, days=1, location_id=annex.pk, practitioner_id=cast.practitioner.pk) == ["4 14:00"]
    assert found(cast, days=1) == ["4 09:00", "4 09:20", "4 09:40", "4 11:00", "4 14:00"]


@pytest.mark.parametrize(
    ("elsewhere", "times"),
    [
        (["practitioner", "location"], ["4 09:20", "4 09:40", "4 11:00", "4 12:00", "4 14:00"]),
        (["location"], ["4 09:20", "4 09:40", "4 14:00"]),
        (["practitioner"], ["4 09:20", "4 09:40", "4 12:00"]),
        ([], ["4 09:20", "4 09:40"]),
    ],
)
def test_a_move_is_offered_only_what_the_rules_let_it_change(cast: Cast, elsewhere: list[str], times: list[str]):
    annex = Location.objects.create(practice=cast.practice, name="Annex", address="14 Elm Street")
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    cast.visit_type.practitioners.add(colleague)
    other_schedule(cast, "11:00", "11:20", practitioner=colleague, location=annex)
    other_schedule(cast, "12:00", "12:20", practitioner=colleague)
    other_schedule(cast, "14:00", "14:20", location=annex)
    with_rules(cast, move={"elsewhere": elsewhere})
    visit = cast.book(slots=slots_of(cast)[:1])
    assert found(cast, days=1, moving=visit) == times
    is_bound = "location" not in elsewhere
    assert (found(cast, days=1, moving=visit, location_id=annex.pk) == []) is is_bound
    for each in open_times(ask_for(cast.visit_type, now=cast.now, moving=visit), first=THURSDAY, days=1, now=cast.now):
        move(cast, visit.reference, slot_ids=each.slot_ids)


def test_a_move_may_use_the_slots_the_visit_has_but_not_its_own_time(cast: Cast):
    take(cast, 40)
    visit = cast.book(slots=slots_of(cast)[:2])
    assert found(cast, days=1) == []
    assert found(cast, days=1, moving=visit) == ["4 09:20"]
    take(cast, 20)
    assert found(cast, days=1, moving=visit) == ["4 09:20", "4 09:40"]
    assert found(cast, first=THURSDAY + DAY, days=1, moving=visit)[0] == "5 09:00", "not a piece of another day"
    with_rules(cast, notice_minutes=60)
    assert found(cast, days=1, moving=visit, now=visit.starts_at - HOUR + 30 * MINUTE) == ["4 09:40"]
    take(cast, 40)
    assert found(cast, days=1, moving=visit, now=visit.starts_at - HOUR + 30 * MINUTE) == [], "9:20 would be too soon"


@pytest.mark.parametrize(("length", "buffer", "most"), [(20, 0, None), (40, 0, 2), (30, 25, 1)])
def test_every_open_time_can_be_booked_and_nothing_else(cast: Cast, length: int, buffer: int, most: int | None):
    take(cast, length, buffer)
    with_rules(cast, notice_minutes=900, horizon_days=3, most_per_day=most)
    book(cast, *slots_of(cast, 1, 1 if length == 20 else 2 if length == 40 else 3))
    ask = ask_for(cast.visit_type, now=cast.now)
    offered = {each.slot_ids for each in open_times(ask, first=THURSDAY - DAY, days=7, now=cast.now)}
    free = cast.schedule.slots.filter(status="free")
    slots = list(free.order_by("starts_at").values_list("pk", flat=True))
    runs = {tuple(slots[at : at + count]) for count in (1, 2, 3) for at in range(len(slots))}
    assert offered <= runs
    for run in sorted(runs):
        assert _suits(cast, run) is (run in offered), run


def _suits(cast: Cast, run: tuple[int, ...]) -> bool:
    try:
        reference = book(cast, slot_ids=run).reference
    except SlotsUnsuitable:
        return False
    cancel(cast, reference, actor=cast.staff)
    Slot.objects.filter(pk__in=run).update(status="free", held_by=None, held_until=None)
    return True


# The next open time.


def following(cast: Cast, *, after: datetime | None = None, now: datetime | None = None, **ask: Any) -> str | None:
    now = now or cast.now
    time = next_open(ask_for(cast.visit_type, now=now, **ask), after=after or now, now=now)
    return clocks(cast, [time])[0] if time else None


def test_the_next_open_time_is_the_earliest_of_everybody_asked_for(cast: Cast):
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    cast.visit_type.practitioners.add(colleague)
    other_schedule(cast, "08:00", "08:20", practitioner=colleague)
    assert following(cast) == "4 08:00"
    assert following(cast, practitioner_id=cast.practitioner.pk) == "4 09:00"
    assert following(cast, after=cast.slots_from(cast.now)[0].starts_at) == "4 09:00"
    assert following(cast, after=cast.now + DAY) == "5 08:00"
    assert following(cast, practitioner_id=cast.patient.pk) is None


def test_the_next_open_time_is_found_whoever_alone_has_one(cast: Cast):
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    cast.visit_type.practitioners.add(colleague)
    schedules = (cast.schedule, other_schedule(cast, "09:00", "10:00", practitioner=colleague))
    for schedule in schedules:
        Slot.objects.update(status="blocked")
        schedule.slots.update(status="free")
        assert following(cast) == "4 09:00"


def test_the_next_open_time_keeps_to_notice_horizon_and_the_present(cast: Cast):
    slot = slots_of(cast)[0]
    assert following(cast, after=cast.now - DAY, now=slot.starts_at) == "4 09:20"
    with_rules(cast, notice_minutes=60, horizon_days=1)
    assert following(cast, now=slot.starts_at - HOUR) == "4 09:00"
    assert following(cast, now=slot.starts_at - HOUR + TICK) == "4 09:20"
    assert following(cast, after=slot.starts_at + 41 * MINUTE, now=slot.starts_at - HOUR) is None


def test_the_next_open_time_is_looked_for_over_gaps_and_full_days(cast: Cast, monkeypatch):
    monkeypatch.setattr("freeslot.scheduling.availability.CHUNK", 2)
    take(cast, 40)
    for day in range(2):
        Slot.objects.filter(pk=slots_of(cast, day)[1].pk).update(status="blocked")
    assert following(cast) == "6 09:00"
    with_rules(cast, most_per_day=1)
    book(cast, *slots_of(cast, 2, 2))
    assert following(cast) == "7 09:00"
    Slot.objects.exclude(status="busy").update(status="blocked")
    assert following(cast) is None


def test_the_next_open_time_may_lie_across_two_reads_and_two_schedules(cast: Cast, monkeypatch):
    """Whichever schedule has the lower id."""
    other_schedule(cast, "08:00", "08:40", length=20)
    other_schedule(cast, "14:00", "15:00", length=20)
    for chunk in (3, 4, 5, 7):
        monkeypatch.setattr("freeslot.scheduling.availability.CHUNK", chunk)
        for length, clock in ((40, "4 08:00"), (60, "4 09:00")):
            take(cast, length)
            assert following(cast) == clock
    take(cast, 60)
    Slot.objects.filter(pk__in=[slot.pk for slot in slots_of(cast)]).update(status="blocked")
    for chunk in (3, 4, 5, 7):
        monkeypatch.setattr("freeslot.scheduling.availability.CHUNK", chunk)
        assert following(cast) == "4 14:00"


# The statements.


def test_the_next_open_time_is_one_read_of_the_index_of_what_is_open(db):
    cast, *_others = [make_cast(weeks=8) for _ in range(3)]
    ask = ask_for(cast.visit_type, now=cast.now)
    know_sizes()
    with CaptureQueriesContext(connection) as captured:
        assert next_open(ask, after=cast.now, now=cast.now)
    (read,) = captured
    plan = plan_of(read["sql"])
    assert "slot_open" in plan
    assert "sort" not in plan.lower()
    assert "b-tree" not in plan.lower()


def test_a_visits_own_slots_are_found_by_their_index_however_few_slots_have_a_visit(db):
    cast, *_others = [make_cast(weeks=8) for _ in range(3)]
    know_sizes()
    visit = cast.book()
    with CaptureQueriesContext(connection) as captured:
        assert len(slot_ids_of(visit)) == visit.slot_count
    (read,) = captured
    assert "slot_by_appointment" in plan_of(read["sql"])


@pytest.mark.parametrize("visits", [0, 5])
def test_two_weeks_of_one_practitioner_are_few_statements_whatever_is_booked(
    cast: Cast, visits: int, django_assert_num_queries
):
    with_rules(cast, most_per_day=8)
    for slot in slots_of(cast, 1, visits):
        book(cast, slot)
    with django_assert_num_queries(4):
        ask = ask_for(cast.visit_type, now=cast.now, practitioner_id=cast.practitioner.pk)
        assert isinstance(ask, Ask)
        assert open_times(ask, first=THURSDAY, days=14, now=cast.now)
    ask = ask_for(cast.visit_type, now=cast.now)
    with_rules(cast)
    ask = ask_for(cast.visit_type, now=cast.now)
    with django_assert_num_queries(1):
        next_open(ask, after=cast.now, now=cast.now)
    with django_assert_num_queries(1):
        open_days(ask, first=THURSDAY, days=14, now=cast.now)


def test_nothing_is_next_beyond_the_horizon(cast: Cast):
    ask = ask_for(cast.visit_type, now=cast.now)
    assert next_open(ask, after=cast.now + timedelta(days=400), now=cast.now) is None
