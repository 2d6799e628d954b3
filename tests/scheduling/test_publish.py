"""Publishing: the same again changes nothing, exceptions and closures count, what is booked stays."""

import uuid
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from freeslot.practices.models import Practitioner
from freeslot.scheduling.errors import SlotsOverlap
from freeslot.scheduling.models import Schedule, ScheduleException, Slot, WeeklyHours
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.publish import publish_due_schedules, publish_slots
from tests.scheduling.acts import cancel
from tests.support.cast import NOW, Cast, make_cast

FRIDAY = date(2027, 3, 5)


def publish(cast: Cast, **changes: Any) -> int:
    return publish_slots(**({"schedule": cast.schedule, "now": cast.now, "weeks": 2} | changes))


def except_on(cast: Cast, kind: str, starts: time | None = None, ends: time | None = None, *, day=FRIDAY, whole=False):
    ScheduleException.objects.create(
        practice=cast.practice, schedule=None if whole else cast.schedule, kind=kind, day=day, starts=starts, ends=ends
    )


def clock_times(cast: Cast, day: date = FRIDAY, schedule: Schedule | None = None) -> list[str]:
    zone = cast.practice.tz
    starts = (schedule or cast.schedule).slots.order_by("starts_at").values_list("starts_at", flat=True)
    return [f"{each.astimezone(zone):%H:%M}" for each in starts if each.astimezone(zone).date() == day]


def open_only(cast: Cast, *pairs: tuple[time, time]) -> None:
    cast.schedule.weekly_hours.all().delete()
    for starts, ends in pairs:
        for weekday in range(7):
            WeeklyHours.objects.create(
                practice=cast.practice, schedule=cast.schedule, weekday=weekday, starts=starts, ends=ends
            )


def other_schedule(cast: Cast, starts: time, ends: time, **changes: Any) -> Schedule:
    given = {"practitioner": cast.practitioner, "slot_length": timedelta(minutes=20), "weeks_ahead": 2} | changes
    schedule = Schedule.objects.create(practice=cast.practice, location=cast.location, **given)
    for weekday in range(7):
        WeeklyHours.objects.create(practice=cast.practice, schedule=schedule, weekday=weekday, starts=starts, ends=ends)
    return schedule


def test_publishing_again_changes_nothing(cast: Cast):
    before = list(cast.schedule.slots.order_by("pk").values())
    assert publish(cast) == 0
    assert list(cast.schedule.slots.order_by("pk").values()) == before


def test_slots_lie_in_the_future_alone(cast: Cast):
    # 16:00 in New York: of today only 16:20 and 16:40 are left.
    assert clock_times(cast, NOW.astimezone(cast.practice.tz).date()) == ["16:20", "16:40"]
    assert len(clock_times(cast)) == 24


def test_each_day_more_is_published_and_what_has_passed_stays(cast: Cast):
    tomorrow = cast.now + timedelta(days=1)
    before = cast.schedule.slots.count()
    assert publish(cast, now=tomorrow) == 24
    assert cast.schedule.slots.count() == before + 24


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "change_day"),
    [
        ("America/New_York", date(2027, 3, 14)),
        ("America/New_York", date(2027, 11, 7)),
        ("Europe/Berlin", date(2027, 3, 28)),
        ("Europe/Berlin", date(2027, 10, 31)),
        ("America/Los_Angeles", date(2027, 3, 14)),
        ("America/Los_Angeles", date(2027, 11, 7)),
        ("Australia/Lord_Howe", date(2027, 4, 4)),
        ("Australia/Lord_Howe", date(2027, 10, 3)),
    ],
)
def test_nine_o_clock_stays_nine_o_clock_over_a_clock_change(zone, change_day):
    start = datetime.combine(change_day - timedelta(days=3), time(12), tzinfo=NOW.tzinfo)
    cast = make_cast(now=start, zone=zone, weeks=1)
    offsets = set()
    for ahead in (-2, -1, 0, 1, 2):
        times = clock_times(cast, change_day + timedelta(days=ahead))
        assert (times[0], times[-1], len(times)) == ("09:00", "16:40", 24)
        noon = datetime.combine(change_day + timedelta(days=ahead), time(12), cast.practice.tz)
        offsets.add(noon.utcoffset())
    assert len(offsets) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change_day", "count"), [(date(2027, 3, 14), 9), (date(2027, 3, 13), 12), (date(2027, 11, 7), 15)]
)
def test_the_night_itself_loses_or_gains_the_hour_and_no_slot_overlaps(change_day, count):
    cast = make_cast(now=datetime.combine(change_day - timedelta(days=2), time(12), tzinfo=NOW.tzinfo), weeks=1)
    open_only(cast, (time(0), time(1, 20)), (time(1, 20), time(4)))
    publish(cast)
    found = sorted(
        (slot.starts_at, slot.ends_at)
        for slot in cast.schedule.slots.all()
        if slot.starts_at.astimezone(cast.practice.tz).date() == change_day
    )
    assert len(found) == count
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert all(ends - starts == timedelta(minutes=20) for starts, ends in found)


def test_a_closed_day_and_closed_hours_are_left_out(cast: Cast):
    except_on(cast, "closed")
    except_on(cast, "closed", time(9), time(16), day=FRIDAY + timedelta(days=1))
    publish(cast)
    assert clock_times(cast) == []
    assert clock_times(cast, FRIDAY + timedelta(days=1)) == ["16:00", "16:20", "16:40"]
    assert len(clock_times(cast, FRIDAY + timedelta(days=2))) == 24


def test_a_closure_of_the_practice_closes_every_schedule_of_it_and_no_other_practice(cast: Cast):
    elsewhere = make_cast(weeks=2, name="Elsewhere")
    except_on(cast, "closed", whole=True)
    publish(cast)
    publish(elsewhere)
    assert (clock_times(cast), len(clock_times(elsewhere))) == ([], 24)


def test_extra_hours_are_added_and_overlapping_ones_do_not_make_slots_that_overlap(cast: Cast):
    except_on(cast, "open", time(16, 30), time(18, 10))
    publish(cast)
    assert clock_times(cast)[-4:] == ["16:40", "17:00", "17:20", "17:40"]


def test_an_exception_of_another_day_changes_nothing_today(cast: Cast):
    except_on(cast, "open", time(18), time(19), day=FRIDAY + timedelta(days=400))
    assert publish(cast) == 0


def test_when_hours_shrink_free_slots_and_those_of_unfinished_bookings_go_and_those_of_visits_stay(cast: Cast):
    at_nine, at_nine_twenty, at_nine_forty = cast.slots_from(datetime(2027, 3, 5, 14, tzinfo=NOW.tzinfo), 3)
    visit = cast.book(slots=[at_nine])
    cancelled = cast.book(slots=[at_nine_twenty])
    cancel(cast, cancelled.reference)
    hold_slots(slot_ids=[at_nine_forty.pk], holder=uuid.uuid4(), length=timedelta(hours=1), now=cast.now)
    open_only(cast, (time(15), time(17)))
    assert publish(cast) == 0
    assert clock_times(cast) == ["09:00", "09:20", "15:00", "15:20", "15:40", "16:00", "16:20", "16:40"]
    assert visit.slots.get() == at_nine


def test_new_slots_go_around_booked_ones_of_another_length(cast: Cast):
    cast.book(slots=cast.slots_from(datetime(2027, 3, 5, 14, 20, tzinfo=NOW.tzinfo)))
    cast.schedule.slot_length = timedelta(minutes=30)
    publish(cast)
    # 09:20–09:40 stays, so neither 09:00–09:30 nor 09:30–10:00 fits.
    assert clock_times(cast)[:3] == ["09:20", "10:00", "10:30"]


def test_a_visits_slot_is_withdrawn_where_part_of_it_is_closed_and_not_where_it_is_only_cut_otherwise(cast: Cast):
    visit = cast.book(days=2)
    slot = visit.slots.get()
    Schedule.objects.filter(pk=cast.schedule.pk).update(slot_length=timedelta(minutes=30))
    cast.schedule.refresh_from_db()
    begins = slot.starts_at.astimezone(cast.practice.tz)
    for closed_from, is_withdrawn in ((None, False), (begins + timedelta(minutes=10), True), (None, False)):
        ScheduleException.objects.all().delete()
        if closed_from:
            since = closed_from.astimezone(cast.practice.tz).time()
            except_on(cast, "closed", since, time(17), day=begins.date())
        publish(cast)
        slot.refresh_from_db()
        assert slot.is_withdrawn is is_withdrawn


def test_an_overbooked_slot_is_none_of_publishings_business(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    squeezed = Slot.objects.create(
        practice=cast.practice, schedule=cast.schedule, practitioner=cast.practitioner, location=cast.location,
        starts_at=slot.starts_at, ends_at=slot.ends_at, overbooked=True, overbooked_why="A child with fever",
    )  # fmt: skip
    cast.schedule.weekly_hours.all().delete()
    publish(cast)
    assert list(cast.schedule.slots.filter(starts_at__gt=cast.now)) == [squeezed]


def test_two_schedules_of_one_practitioner_must_not_overlap(cast: Cast):
    evening = other_schedule(cast, time(17), time(19))
    assert publish_slots(schedule=evening, now=cast.now, weeks=1) == 7 * 6
    late = other_schedule(cast, time(18, 50), time(20))
    with pytest.raises(SlotsOverlap):
        publish_slots(schedule=late, now=cast.now, weeks=1)
    late.refresh_from_db()
    assert (late.slots.count(), late.published_until) == (0, None)


def test_another_practitioner_may_work_at_the_same_time(cast: Cast):
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lin")
    schedule = other_schedule(cast, time(9), time(17), practitioner=colleague)
    assert publish_slots(schedule=schedule, now=cast.now, weeks=1) > 0


def test_a_slot_in_the_way_refuses_wherever_it_lies_between_the_others(cast: Cast):
    cast.schedule.weekly_hours.all().delete()
    publish(cast)
    early = other_schedule(cast, time(10), time(11))
    publish_slots(schedule=early, now=cast.now, weeks=1)
    for starts, ends, is_free in [
        (time(9), time(10), True),
        (time(11), time(12), True),
        (time(10, 59), time(12), False),
        (time(8), time(9), True),
    ]:
        schedule = other_schedule(cast, starts, ends)
        if is_free:
            assert publish_slots(schedule=schedule, now=cast.now, weeks=1) > 0
        else:
            with pytest.raises(SlotsOverlap):
                publish_slots(schedule=schedule, now=cast.now, weeks=1)


def test_the_worker_publishes_what_is_due_and_passes_by_what_overlaps(cast: Cast, caplog):
    clash = other_schedule(cast, time(9), time(10))
    fine = other_schedule(cast, time(18), time(19))
    cast.schedule.refresh_from_db()
    cast.schedule.weeks_ahead = 2
    cast.schedule.save()
    assert publish_due_schedules(now=cast.now) == 1
    assert [clash.slots.count(), fine.slots.count()] == [0, 3 * 14]
    assert str(clash.pk) in caplog.text
    clash.delete()
    assert publish_due_schedules(now=cast.now) == 0
    assert publish_due_schedules(now=cast.now + timedelta(hours=7)) == 0
    # Midnight in New York is 05:00 UTC.
    assert publish_due_schedules(now=cast.now + timedelta(hours=8)) == 2


def test_the_database_refuses_what_must_not_be(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    for change in (
        {"status": "busy"},
        {"status": "held"},
        {"held_by": uuid.uuid4()},
        {"ends_at": slot.starts_at},
        {"starts_at": cast.slots_from(cast.now, 2)[1].starts_at, "ends_at": slot.ends_at + timedelta(days=1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Slot.objects.filter(pk=slot.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.update(slot_length=timedelta())
    for change in ({"weekday": 7}, {"ends": time(8)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            cast.schedule.weekly_hours.update(**change)


def test_a_schedule_and_its_parts_have_a_name_for_the_log(cast: Cast):
    except_on(cast, "closed")
    names = [
        cast.schedule,
        cast.schedule.weekly_hours.first(),
        cast.schedule.exceptions.get(),
        cast.slots_from(cast.now)[0],
    ]
    assert [str(each) for each in names] == [
        str(cast.schedule.pk), "0 09:00:00–17:00:00", "closed 2027-03-05", f"{names[-1].pk} free",
    ]  # fmt: skip
