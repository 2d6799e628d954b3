"""Closing a day or some hours of it: what nobody has goes, what a visit has stays, and nothing opens it again."""

from datetime import date, datetime, time, timedelta

import pytest

from freeslot.practices.models import Practitioner
from freeslot.scheduling.actors import Door
from freeslot.scheduling.availability import ask_for, next_open, open_times
from freeslot.scheduling.errors import SlotTaken
from freeslot.scheduling.models import Schedule, ScheduleException, Slot, WeeklyHours
from freeslot.scheduling.operations import publish as module
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.take_back import take_back_visit
from tests.scheduling.acts import begin, cancel, live, move, slot_states, undo
from tests.support.cast import Cast, make_cast

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SATURDAY = date(2027, 3, 6)


def of_day(cast: Cast, day: date = SATURDAY, schedule: Schedule | None = None) -> list[Slot]:
    found = (schedule or cast.schedule).slots.order_by("starts_at")
    return [slot for slot in found if slot.starts_at.astimezone(cast.practice.tz).date() == day]


def second_schedule(cast: Cast, practitioner: Practitioner | None = None, **hours: time) -> Schedule:
    schedule = Schedule.objects.create(
        practice=cast.practice,
        practitioner=practitioner or cast.practitioner,
        location=cast.location,
        slot_length=timedelta(minutes=20),
    )
    for weekday in range(7):
        WeeklyHours.objects.create(practice=cast.practice, schedule=schedule, weekday=weekday, **hours)
    return schedule


def test_a_closed_day_has_nothing_left_but_visits_and_what_can_still_be_undone(cast: Cast):
    slots = of_day(cast)
    kept, cancelled = cast.book(slots=slots[:1]), cast.book(slots=slots[1:2])
    cancel(cast, cancelled.reference)
    begin(cast, slots[2])
    others = Slot.objects.exclude(pk__in=[slot.pk for slot in slots]).count()
    assert close_day(practice=cast.practice, day=SATURDAY, now=cast.now) == 1
    assert of_day(cast) == slots[:2]
    assert (live(kept.reference).status, slot_states(*slots[:2])) == ("booked", ["busy", "held"])
    assert Slot.objects.exclude(pk__in=[slot.pk for slot in slots]).count() >= others
    undo(cast, cancelled.reference)
    assert live(cancelled.reference).status == "booked"


def test_a_time_given_up_on_a_closed_day_goes_with_the_next_publishing(cast: Cast):
    visit = cast.book(slots=of_day(cast)[:1])
    close_day(practice=cast.practice, day=SATURDAY, now=cast.now)
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + HOUR)
    publish_slots(schedule=cast.schedule, now=cast.now + HOUR)
    assert of_day(cast) == []


@pytest.mark.parametrize("how", ["undo window over", "cancelled by the practice", "given up", "moved away", "by hours"])
def test_what_comes_free_on_a_closed_day_is_nobodys_to_take(cast: Cast, how: str):
    (slot,) = of_day(cast)[:1]
    visit, later = cast.book(slots=[slot]), cast.now + HOUR
    others = cast.book(days=7)
    if how == "by hours":
        cast.schedule.weekly_hours.update(starts=time(12))
        publish_slots(schedule=cast.schedule, now=cast.now)
    else:
        close_day(practice=cast.practice, day=SATURDAY, now=cast.now)
    assert Slot.objects.get(pk=slot.pk).is_withdrawn
    if how == "moved away":
        assert move(cast, visit.reference, cast.slots_from(slot.starts_at + 3 * DAY)[0]).event
    else:
        cancel(cast, visit.reference, actor=cast.staff if how == "cancelled by the practice" else cast.patient_actor)
    if how == "given up":
        release_slots(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)
    ask = ask_for(cast.visit_type, now=later)
    assert slot.pk not in {pk for each in open_times(ask, first=SATURDAY, days=1, now=later) for pk in each.slot_ids}
    assert next_open(ask, after=slot.starts_at, now=later).slot_ids != (slot.pk,)
    assert not Slot.objects.get(pk=slot.pk).is_takeable(later)
    for take in (
        lambda: begin(cast, slot, now=later),
        lambda: cast.book(slots=[slot]),
        lambda: move(cast, others.reference, slot, now=later),
        lambda: move(cast, others.reference, slot, now=later, actor=cast.staff),
    ):
        with pytest.raises(SlotTaken):
            take()


def test_a_cancel_on_a_closed_day_is_undone_within_its_window_and_not_after_it(cast: Cast):
    visit = cast.book(slots=of_day(cast)[:1])
    close_day(practice=cast.practice, day=SATURDAY, now=cast.now)
    cancel(cast, visit.reference)
    assert undo(cast, visit.reference).event
    cancel(cast, visit.reference)
    with pytest.raises(SlotTaken):
        take_back_visit(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now + HOUR)


def test_a_time_on_a_day_that_is_open_again_is_there_again(cast: Cast):
    slots = of_day(cast)
    visit = cast.book(slots=slots[:1])
    close_day(practice=cast.practice, day=SATURDAY, now=cast.now)
    ScheduleException.objects.all().delete()
    publish_slots(schedule=cast.schedule, now=cast.now)
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + HOUR)
    assert slot_states(slots[0]) == ["free"]
    assert (len(of_day(cast)), cast.book(slots=slots[:1]).status) == (len(slots), "booked")


def test_some_hours_of_a_day_are_closed_and_the_rest_is_cut_anew(cast: Cast):
    close_day(practice=cast.practice, day=SATURDAY, now=cast.now, starts=time(9, 30), ends=time(16, 30))
    clocks = [f"{slot.starts_at.astimezone(cast.practice.tz):%H:%M}" for slot in of_day(cast)]
    assert clocks == ["09:00", "16:30"]


def test_one_schedule_is_closed_and_the_others_stay_open(cast: Cast):
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    other = second_schedule(cast, colleague, starts=time(9), ends=time(10))
    publish_slots(schedule=other, now=cast.now)
    assert close_day(practice=cast.practice, day=SATURDAY, now=cast.now, schedule=other) == 1
    assert (len(of_day(cast)), of_day(cast, schedule=other)) == (24, [])
    elsewhere = make_cast(weeks=1, name="Elsewhere")
    assert close_day(practice=cast.practice, day=SATURDAY + DAY, now=cast.now) == 2
    assert of_day(cast, SATURDAY + DAY) == []
    assert len(of_day(elsewhere, SATURDAY + DAY)) == 24


def test_what_is_not_published_stays_so_and_what_is_far_ahead_stays_too(cast: Cast):
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=12)
    far = SATURDAY + 7 * 10 * DAY
    hidden = second_schedule(cast, starts=time(18), ends=time(19))
    close_day(practice=cast.practice, day=far, now=cast.now)
    assert (of_day(cast, far), len(of_day(cast, far + DAY)), hidden.slots.count()) == ([], 24, 0)
    cast.schedule.refresh_from_db()
    close_day(practice=cast.practice, day=SATURDAY, now=cast.now + 100 * DAY)
    assert len(of_day(cast, SATURDAY)) == 24, "what is past is left as it was"


def test_a_day_of_a_week_that_is_published_in_part_is_closed_and_the_others_of_it_stay(cast: Cast):
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=2)
    last = (cast.now + 13 * DAY).date()
    assert close_day(practice=cast.practice, day=last - DAY, now=cast.now + 4 * DAY) == 1
    assert [len(of_day(cast, day)) for day in (last - 2 * DAY, last - DAY, last)] == [24, 0, 24]


@pytest.mark.parametrize(("starts", "ends", "left"), [(None, None, 1), (time(9, 30), time(16, 30), 3)])
def test_a_day_is_closed_although_two_schedules_of_one_practitioner_meet(
    cast: Cast, starts: time | None, ends: time | None, left: int
):
    meeting = second_schedule(cast, starts=time(16, 30), ends=time(18))
    cast.schedule.refresh_from_db()
    WeeklyHours.objects.filter(schedule=meeting).update(starts=time(17))
    publish_slots(schedule=meeting, now=cast.now)
    WeeklyHours.objects.filter(schedule=cast.schedule).update(ends=time(18))
    visit = cast.book(slots=of_day(cast)[1:2])
    day = {"practice": cast.practice, "day": SATURDAY, "schedule": cast.schedule, "starts": starts, "ends": ends}
    close_day(now=cast.now, **day)
    found = of_day(cast)
    assert (len(found), visit.slots.get() in found) == (left, True)
    assert ScheduleException.objects.get().day == SATURDAY


def test_a_publishing_that_waited_does_not_open_the_day_again(cast: Cast, monkeypatch):
    """What is open is read behind the lock, not before it."""
    real, order = module._pieces_of, []
    locked = module.Practitioner.objects.select_for_update

    def lock(**given: bool):
        order.append("locked")
        return locked(**given)

    def pieces(*given: object):
        order.append("read")
        return real(*given)

    monkeypatch.setattr(module.Practitioner.objects, "select_for_update", lock)
    monkeypatch.setattr(module, "_pieces_of", pieces)
    publish_slots(schedule=cast.schedule, now=cast.now)
    # The directory is written after it, behind the same lock.
    assert order == ["locked", "read", "locked"]


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", date(2027, 3, 28)), ("America/Santiago", date(2027, 9, 5))]
)
def test_a_clock_change_day_is_closed_from_midnight_to_midnight(db, zone: str, day: date):
    now = datetime.combine(day, time(12), tzinfo=make_cast(weeks=1).now.tzinfo) - 2 * DAY
    cast = make_cast(now=now, weeks=1, zone=zone)
    cast.schedule.weekly_hours.update(starts=time(0), ends=time(23, 59))
    publish_slots(schedule=cast.schedule, now=now, weeks=1)
    close_day(practice=cast.practice, day=day, now=now)
    assert [len(of_day(cast, day + each * DAY)) for each in (-1, 0, 1)] == [71, 0, 71]
