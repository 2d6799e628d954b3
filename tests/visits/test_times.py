"""Lists of open times, and what a form may say of one: by day, in the practice's zone, with the way on."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from freeslot.practices.models import Location, Practitioner
from freeslot.scheduling.errors import SchedulingError, SlotsUnsuitable, SlotTaken, Unsuitable
from freeslot.scheduling.models import Schedule, Slot, WeeklyHours
from freeslot.scheduling.money import Money
from freeslot.scheduling.moving import MoveVerdict, WhyNot
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.visits.frames import place_of
from freeslot.visits.offers import Look, look_of, offer_for
from freeslot.visits.time_lists import MOST_DAYS, time_list
from freeslot.visits.times import Picked, nearest, picked_from, slots_at, value_of
from freeslot.visits.unsuitable import UNSUITABLE, NotThen, words_against, words_against_move
from freeslot.web.facts import TimeList
from tests.support.cast import NOW, Cast, make_cast

NEW_YORK = ZoneInfo("America/New_York")
# The same in every process that collects this.
WHO = uuid.UUID(int=4)


def listed(cast: Cast, look: Look | None = None, **more: Any) -> TimeList:
    offer = offer_for(cast.visit_type, now=cast.now, moving=more.pop("moving", None))
    return time_list(offer, look or Look(), place=place_of(cast.practice, cast.now), address="/here/", **more)


def colleague(cast: Cast, *, name: str = "Dr. Helen Brandt", elsewhere: bool = False) -> Practitioner:
    """Gives the same visits, at the same hours, at the same place or another."""
    other = Practitioner.objects.create(practice=cast.practice, name=name)
    cast.visit_type.practitioners.add(other)
    place = cast.location
    if elsewhere:
        place = Location.objects.create(practice=cast.practice, name="Pier Road", address="7 Pier Road")
    schedule = Schedule.objects.create(
        practice=cast.practice, practitioner=other, location=place, slot_length=timedelta(minutes=20)
    )
    for weekday in range(7):
        WeeklyHours.objects.create(
            practice=cast.practice, schedule=schedule, weekday=weekday, starts=time(9), ends=time(10)
        )
    publish_slots(schedule=schedule, now=cast.now, weeks=2)
    return other


def slots_of(found: TimeList) -> list[str]:
    return [str(choice.facts["slot"]) for day in found.days for choice in day.choices]


def test_times_stand_by_day_in_order_and_in_the_practices_offset(cast: Cast) -> None:
    found = listed(cast)
    slots = slots_of(found)
    assert slots[0] == "2027-03-03T16:20:00-05:00"  # it is 16:00 there
    assert slots == sorted(slots)
    assert found.days[0].choices[0].label == "4:20 pm"
    assert found.days[0].choices[0].value == f"2027-03-03T16:20:00-05:00~{cast.practitioner.pk}"
    assert len(found.days) <= MOST_DAYS
    assert [each.count for each in found.strip[:2]] == [2, 24]


def test_a_list_asks_four_statements_however_many_times_there_are(cast: Cast, django_assert_num_queries) -> None:
    visit = cast.book()
    for name in ("Dr. Helen Brandt", "Dr. Tomas Ruiz"):
        colleague(cast, name=name)
    with django_assert_num_queries(4):
        listed(cast, Look(with_anyone=True), moving=visit)


def test_later_days_lead_on_until_all_that_was_published_is_read(cast: Cast) -> None:
    seen: list[str] = []
    found, pages = listed(cast), 0
    while found.days:
        seen += slots_of(found)
        pages += 1
        found = listed(cast, look_of({"from": found.later.partition("from=")[2]}))
    assert found.later == ""
    free = cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gt=cast.now)
    assert seen == [slot.starts_at.astimezone(NEW_YORK).isoformat() for slot in free.order_by("starts_at")]
    assert pages > 2


def test_a_list_for_a_visit_that_moves_begins_shortly_before_its_day_and_leads_to_earlier_ones(cast: Cast) -> None:
    visit = cast.book(days=16)
    found = listed(cast, moving=visit)
    assert slots_of(found)[0].startswith("2027-03-18T09:00")
    assert found.earlier.endswith("from=2027-03-11")
    assert slots_of(listed(cast, moving=cast.book(days=1)))[0] == "2027-03-03T16:20:00-05:00"


def test_a_list_for_a_visit_that_moves_begins_today_where_only_earlier_times_are_open(cast: Cast) -> None:
    visit = cast.book(days=16)
    cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gt=cast.now + timedelta(days=5)).delete()
    assert slots_of(listed(cast, moving=visit))[0] == "2027-03-03T16:20:00-05:00"


def test_two_empty_weeks_are_passed_over(cast: Cast) -> None:
    cast.schedule.slots.filter(starts_at__lt=cast.now + timedelta(days=16)).delete()
    assert slots_of(listed(cast))[0].startswith("2027-03-20T09:00")


@pytest.mark.parametrize("day", ["1000-01-01", "2027-02-30", "", "x" * 300])
def test_any_day_may_be_asked_for(cast: Cast, day: str) -> None:
    found = listed(cast, look_of({"from": day, "practitioner": "x", "place": str(uuid.uuid4())}))
    assert slots_of(found) == slots_of(listed(cast))


def test_beyond_the_horizon_nothing_is_listed(cast: Cast) -> None:
    found = listed(cast, look_of({"from": "9999-12-31"}))
    assert (slots_of(found), found.said, found.later) == ([], [("from", "2028-03-03")], "")


def test_with_anyone_each_time_stands_once_and_says_with_whom(cast: Cast) -> None:
    colleague(cast)
    tomorrow = look_of({"from": "2027-03-04"})
    everybody = listed(cast, tomorrow).days[0].choices
    assert len(everybody) == 24
    assert {choice.note for choice in everybody} == {"Dr. Amara Osei"}
    helen = Practitioner.objects.get(name="Dr. Helen Brandt")
    hers = listed(cast, look_of({"from": "2027-03-04", "practitioner": str(helen.pk)})).days[0].choices
    assert [choice.label for choice in hers] == ["9:00 am", "9:20 am", "9:40 am"]
    assert {choice.note for choice in hers} == {""}


def test_a_move_stays_with_its_practitioner_until_somebody_else_is_wished_for(cast: Cast) -> None:
    visit = cast.book()
    colleague(cast)
    own = listed(cast, moving=visit)
    assert {choice.value.partition("~")[2] for day in own.days for choice in day.choices} == {str(cast.practitioner.pk)}
    assert own.narrowings[0].choices[0].label == "Anyone"
    anyone = listed(cast, look_of({"practitioner": ""}), moving=visit)
    assert {choice.value.partition("~")[2] for day in anyone.days for choice in day.choices} == {
        str(cast.practitioner.pk)
    }
    assert anyone.days[0].choices[0].note == cast.practitioner.name


def test_a_move_is_offered_nothing_that_its_rules_do_not_let_it_have(clock, db) -> None:
    cast = make_cast(rules={"move": {"elsewhere": []}})
    visit = cast.book()
    colleague(cast, elsewhere=True)
    found = listed(cast, look_of({"practitioner": ""}), moving=visit)
    assert found.narrowings == []
    assert all(str(cast.practitioner.pk) in choice.value for day in found.days for choice in day.choices)


def test_places_are_named_where_there_are_several(cast: Cast) -> None:
    colleague(cast, elsewhere=True)
    found = listed(cast, look_of({"from": "2027-03-04"}))
    assert [each.label for each in found.narrowings] == ["With", "Where"]
    assert {choice.note for choice in found.days[0].choices[:2]} == {
        "Dr. Amara Osei · Elm Street",
        "Dr. Helen Brandt · Pier Road",
    }


@pytest.mark.parametrize(
    ("zone", "country", "night", "count", "labels"),
    [
        ("America/New_York", "US", date(2027, 3, 14), 3, ["1:30 am", "3:00 am", "3:30 am"]),
        ("America/Los_Angeles", "US", date(2027, 3, 14), 3, ["1:30 am", "3:00 am", "3:30 am"]),
        ("America/Chicago", "US", date(2027, 11, 7), 3, ["1:30 am, the first time (CDT)"]),
        ("Europe/Berlin", "DE", date(2027, 10, 31), 3, ["01:30", "02:00, the first time (CEST)"]),
    ],
)
def test_on_the_night_of_a_clock_change_no_time_is_invented_and_none_is_lost(
    db, clock, zone: str, country: str, night: date, count: int, labels: list[str]
) -> None:
    clock.move_to(datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(days=3), tick=False)
    now = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(days=3)
    cast = make_cast(now=now, zone=zone, country=country, weeks=1)
    cast.schedule.slots.all().delete()
    cast.schedule.weekly_hours.all().delete()
    cast.schedule.slot_length = timedelta(minutes=30)
    cast.schedule.save()
    cast.visit_type.length = timedelta(minutes=30)
    cast.visit_type.save()
    WeeklyHours.objects.create(
        practice=cast.practice, schedule=cast.schedule, weekday=night.weekday(), starts=time(1, 30), ends=time(4)
    )
    publish_slots(schedule=cast.schedule, now=now, weeks=1)
    choices = listed(cast).days[0].choices
    assert [choice.label for choice in choices][: len(labels)] == labels
    instants = [picked_from(choice.value, cast.practice.tz).starts_at for choice in choices]
    assert instants == [slot.starts_at for slot in cast.schedule.slots.order_by("starts_at")]
    assert len(set(instants)) == len(choices) >= count


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "Pick one of the times"),
        ("nonsense", "none of the times"),
        (f"2027-03-04T09:00:00~{WHO}", "none of the times"),
        ("2027-03-04T09:00:00-05:00~nobody", "none of the times"),
        (f"2027-03-14T02:30:00~{WHO}", "no such time that night"),
        (f"2027-03-14T02:30:00-05:00~{WHO}", "no such time that night"),
        (f"0001-01-01T00:00:00+14:00~{WHO}", "none of the times"),
        (f"9999-12-31T23:59:59-12:00~{WHO}", "none of the times"),
        ("2027-03-04T09:00:00-05:00~" + "1" * 5000, "none of the times"),
    ],
)
def test_what_is_no_time_is_said_to_be_none(value: str, words: str) -> None:
    with pytest.raises(NotThen, match=words):
        picked_from(value, NEW_YORK)


def test_a_time_in_another_offset_is_the_same_instant() -> None:
    utc = picked_from(f"2027-03-14T07:30:00+00:00~{WHO}", NEW_YORK)
    assert utc == picked_from(f"2027-03-14T03:30:00-04:00~{WHO}", NEW_YORK)
    assert value_of(utc, NEW_YORK) == f"2027-03-14T03:30:00-04:00~{WHO}"


def test_a_time_names_the_slots_it_would_take_whoever_has_them(cast: Cast) -> None:
    first, second = cast.slots_from(cast.now + timedelta(days=7), 2)
    cast.visit_type.length = timedelta(minutes=40)
    picked = Picked(first.starts_at, cast.practitioner.pk)
    assert slots_at(picked, cast.visit_type, now=cast.now) == [first, second]


def test_a_time_that_cannot_be_says_why(cast: Cast) -> None:
    first = cast.slots_from(cast.now + timedelta(days=7))[0]
    tries = {
        Picked(cast.now - timedelta(days=1), cast.practitioner.pk): Unsuitable.PAST,
        Picked(first.starts_at + timedelta(minutes=7), cast.practitioner.pk): Unsuitable.GONE,
        Picked(first.starts_at, uuid.uuid4()): Unsuitable.GONE,
    }
    for picked, why in tries.items():
        with pytest.raises(SlotsUnsuitable) as caught:
            slots_at(picked, cast.visit_type, now=cast.now)
        assert caught.value.why is why


def test_the_nearest_times_are_those_around_the_one_that_is_gone(cast: Cast) -> None:
    gone = cast.slots_from(datetime(2027, 3, 10, 14, 0, tzinfo=UTC))[0]
    close_day(practice=cast.practice, day=date(2027, 3, 10), now=cast.now)
    ask = offer_for(cast.visit_type, now=cast.now).ask(Look())
    found = [each.starts_at.astimezone(NEW_YORK).day for each in nearest(ask, gone.starts_at, now=cast.now)]
    assert found == [9, 9, 9, 9, 9, 9]
    for far in (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC), None):
        nearest(ask, far, now=cast.now)


def test_every_reason_against_a_time_has_its_sentence(db) -> None:
    assert set(UNSUITABLE) == set(Unsuitable)
    errors: list[SchedulingError] = [SlotsUnsuitable(why) for why in Unsuitable]
    assert all(words_against(error).endswith(".") for error in [*errors, SlotTaken()])


def test_every_reason_against_a_move_has_its_sentence(cast: Cast) -> None:
    place = place_of(cast.practice, NOW)
    for why in WhyNot:
        assert words_against_move(MoveVerdict(why, NOW, Money(0, "USD")), place)
    assert words_against_move(MoveVerdict(None, NOW, Money(0, "USD")), place) == ""
    late = words_against_move(MoveVerdict(WhyNot.TOO_LATE, NOW, Money(0, "USD")), place)
    assert late.startswith("It could be moved online until Wed 3 March, 4:00 pm (New York time).")
