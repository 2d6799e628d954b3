"""Next available, over all practices: the soonest first, live from the slots, page by page."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.practices.models import Location, Practice, Practitioner, VisitType
from freeslot.scheduling.availability import ask_for, next_open
from freeslot.scheduling.finding import Opening, Search, _times, find_practitioners
from freeslot.scheduling.intervals import whole_day
from freeslot.scheduling.models import Appointment, Listing, Schedule, Slot
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.listing import list_practitioner
from tests.scheduling.acts import cancel
from tests.scheduling.conftest import listed
from tests.scheduling.plans import know_sizes, plan_of
from tests.support.cast import NOW, Cast, make_cast

# The cast's own day: 16:00 on a Wednesday in New York, the last slot begins at 16:40.
TODAY = date(2027, 3, 3)
DOCTOR = "394814009"
LENGTH = timedelta(minutes=20)


def find(**changes: Any) -> list[Opening]:
    facts = {key: changes.pop(key) for key in ("city", "payer", "by_video", "for_new") if key in changes}
    search = Search(changes.pop("specialty", DOCTOR), **facts)
    return find_practitioners(search, **({"day": TODAY, "now": NOW} | changes))


def starts(**changes: Any) -> list[datetime]:
    return [each.time.starts_at for each in find(**changes)]


def add_doctors(cast: Cast, count: int, *, at: datetime) -> None:
    """Each with three slots of their own, no two of them beginning with the same one; in pairs at the same time."""
    people = [Practitioner(practice=cast.practice, name=f"Dr. {n}", specialty=DOCTOR) for n in range(count)]
    Practitioner.objects.bulk_create(people)
    cast.visit_type.practitioners.add(*people)
    for index, person in enumerate(people):
        schedule = Schedule.objects.create(
            practice=cast.practice, practitioner=person, location=cast.location, slot_length=LENGTH
        )
        add_slots(schedule, *(at + LENGTH * (index // 2 + n) for n in range(3)))
        list_practitioner(practitioner_id=person.pk, now=cast.now)


def limited(cast: Cast, *, most: int) -> None:
    """The cast's practitioner, who takes so many visits a day."""
    cast.policy.rules = {"booking": {"most_per_day": most}}
    cast.policy.save()
    listed(cast)


def add_slots(schedule: Schedule, *starts_at: datetime) -> list[Slot]:
    return Slot.objects.bulk_create(
        Slot(
            practice_id=schedule.practice_id, schedule=schedule, practitioner_id=schedule.practitioner_id,
            location_id=schedule.location_id, starts_at=at, ends_at=at + LENGTH,
        )
        for at in starts_at
    )  # fmt: skip


def test_the_next_time_is_what_the_practitioners_own_list_begins_with(cast: Cast):
    listed(cast)
    (found,) = find()
    assert found.time == next_open(ask_for(cast.visit_type, now=NOW), after=NOW, now=NOW)
    assert (found.listing.practice, found.listing.practitioner) == (cast.practice, cast.practitioner)
    assert (found.listing.location, found.listing.visit_type) == (cast.location, cast.visit_type)


def test_a_day_begins_at_midnight_where_the_practice_is(cast: Cast):
    listed(cast)
    other = make_cast(zone="Europe/Berlin", weeks=2)
    listed(other)
    (berlin, york) = find(day=TODAY + timedelta(days=2))
    assert (berlin.time.starts_at, york.time.starts_at) == (
        datetime.fromisoformat("2027-03-05T09:00+01:00"),
        datetime.fromisoformat("2027-03-05T09:00-05:00"),
    )


def test_a_time_that_was_withdrawn_is_not_found(cast: Cast):
    listed(cast)
    first = find()[0].time
    Slot.objects.filter(pk__in=first.slot_ids).update(is_withdrawn=True)
    assert first.starts_at < find()[0].time.starts_at


def test_specialty_place_payer_and_way_are_each_asked_for(cast: Cast):
    VisitType.objects.update(payers=["aok", "tk"])
    listed(cast)
    assert len(find()) == len(find(city="SALEM")) == len(find(payer="tk")) == len(find(for_new=False)) == 1
    assert find(specialty="394579002") == find(city="Boston") == find(payer="dak") == find(by_video=True) == []


def test_a_closed_practice_is_not_found_and_found_again_when_it_opens(cast: Cast):
    listed(cast)
    Practice.objects.update(online_booking="nobody")
    assert find() == []
    Practice.objects.update(online_booking="known")
    assert len(find()) == 1


def test_a_hold_that_has_lapsed_is_free_at_once_and_one_that_runs_is_not(cast: Cast):
    listed(cast)
    (first, second) = cast.slots_from(NOW + timedelta(microseconds=1), 2)
    hold_slots(slot_ids=[first.pk], holder=cast.practice.pk, length=timedelta(minutes=5), now=NOW)
    assert starts() == [second.starts_at]
    assert starts(now=NOW + timedelta(minutes=5) - timedelta(microseconds=1)) == [second.starts_at]
    assert starts(now=NOW + timedelta(minutes=5)) == [first.starts_at]


def test_a_long_visit_needs_slots_that_follow_each_other_in_one_schedule(cast: Cast):
    VisitType.objects.update(length=timedelta(minutes=50), buffer=timedelta(minutes=5))
    listed(cast)
    Slot.objects.all().delete()
    elsewhere = Schedule.objects.create(
        practice=cast.practice, practitioner=cast.practitioner, location=cast.location, slot_length=LENGTH
    )
    at = NOW + timedelta(hours=1)
    with_a_gap = [at, at + LENGTH, at + 2 * LENGTH + timedelta(minutes=5)]
    add_slots(cast.schedule, *with_a_gap)
    at += timedelta(hours=4)
    add_slots(cast.schedule, at, at + LENGTH)
    add_slots(elsewhere, at + 2 * LENGTH)
    assert find() == []
    at += timedelta(hours=4)
    run = add_slots(cast.schedule, at, at + LENGTH, at + 2 * LENGTH, at + 3 * LENGTH)
    Slot.objects.filter(pk=run[0].pk).update(status="blocked")
    (found,) = find()
    assert found.time.starts_at == run[1].starts_at
    assert found.time.ends_at == run[1].starts_at + timedelta(minutes=50)
    assert found.time.slot_ids == tuple(each.pk for each in run[1:])


def test_notice_and_horizon_of_the_practice_hold_to_the_second(cast: Cast):
    first = cast.slots_from(NOW + timedelta(hours=2))[0].starts_at
    cast.policy.rules = {"booking": {"notice_minutes": 120, "horizon_days": 1}}
    cast.policy.save()
    listed(cast)
    assert starts(now=first - timedelta(minutes=120)) == [first]
    assert starts(now=first - timedelta(minutes=120) + timedelta(microseconds=1)) == [first + LENGTH]
    last = Slot.objects.latest("starts_at").starts_at
    Slot.objects.exclude(starts_at=last).delete()
    assert starts(now=last - timedelta(days=1)) == [last]
    assert starts(now=last - timedelta(days=1, microseconds=1)) == []


def test_a_day_that_is_full_by_the_rules_is_passed_by(cast: Cast):
    limited(cast, most=2)
    first, second = cast.slots_from(NOW + timedelta(hours=10), 2)
    assert starts(day=TODAY + timedelta(days=1)) == [first.starts_at]
    visits = [cast.book(slots=[slot]) for slot in (first, cast.slots_from(second.starts_at, 9)[-1])]
    (found,) = find(day=TODAY + timedelta(days=1))
    ask = ask_for(cast.visit_type, now=NOW)
    assert found.time == next_open(ask, after=first.starts_at, now=NOW)
    assert found.time.starts_at == first.starts_at + timedelta(days=1)
    cancel(cast, visits[0].reference)
    assert starts(day=TODAY + timedelta(days=1)) == [second.starts_at]


def test_a_full_day_is_full_for_this_kind_of_visit_and_this_practitioner(cast: Cast):
    limited(cast, most=1)
    first, second = cast.slots_from(NOW + timedelta(hours=10), 2)
    visit, tomorrow = cast.book(slots=[first]), TODAY + timedelta(days=1)
    elsewhere = make_cast(weeks=1, name="Elsewhere")
    for changes in (
        {"visit_type": VisitType.objects.create(practice=cast.practice, name="Other", length=LENGTH)},
        {"practitioner": elsewhere.practitioner},
    ):
        Appointment.objects.filter(pk=visit.pk).update(**changes)
        assert starts(day=tomorrow) == [second.starts_at]
        Appointment.objects.filter(pk=visit.pk).update(visit_type=cast.visit_type, practitioner=cast.practitioner)
        assert starts(day=tomorrow) == [first.starts_at + timedelta(days=1)]


@pytest.mark.parametrize(("zone", "day"), [
    ("Pacific/Auckland", date(2027, 4, 4)),
    ("America/Los_Angeles", date(2027, 3, 14)),
    ("Pacific/Apia", date(2027, 3, 10)),
])  # fmt: skip
def test_a_day_is_full_from_midnight_to_midnight_where_the_practice_is(db, zone: str, day: date):
    cast = make_cast(zone=zone, weeks=1)
    limited(cast, most=1)
    begins, ends = whole_day(day, cast.practice.tz)
    Slot.objects.all().delete()
    before, first, last, after = add_slots(cast.schedule, begins - LENGTH, begins, ends - LENGTH, ends)
    long_before = begins - timedelta(days=2)
    for taken in (first, last):
        visit = cast.book(slots=[taken])
        assert starts(day=day, now=long_before) == [after.starts_at]
        assert starts(day=day - timedelta(days=1), now=long_before) == [before.starts_at]
        cancel(cast, visit.reference)


def test_what_begins_now_has_begun(cast: Cast):
    listed(cast)
    first = cast.slots_from(NOW)[0].starts_at
    assert starts(now=first) == [first + LENGTH]


def test_two_places_of_one_practitioner_are_two(cast: Cast):
    place = Location.objects.create(practice=cast.practice, name="North", address="1 North", city="Salem")
    north = Schedule.objects.create(
        practice=cast.practice, practitioner=cast.practitioner, location=place, slot_length=LENGTH
    )
    add_slots(north, NOW + timedelta(hours=5))
    listed(cast)
    assert [each.listing.location for each in find()] == [cast.location, place]


def test_pages_follow_each_other_without_gap_or_repeat(cast: Cast):
    add_doctors(cast, 9, at=NOW + timedelta(hours=8))
    everybody = find(most=50)
    assert len(everybody) == 9
    pages, after = [], None
    while page := find(most=2, after=after):
        pages += page
        after = page[-1].cursor
    assert pages == everybody
    assert [each.time.starts_at for each in pages] == sorted(each.time.starts_at for each in pages)


@pytest.mark.parametrize("doctors", [1, 50])
@pytest.mark.parametrize("most_per_day", [None, 3])
def test_one_or_fifty_take_four_statements(cast: Cast, doctors: int, most_per_day: int | None):
    add_doctors(cast, doctors, at=NOW + timedelta(hours=8))
    Listing.objects.update(most_per_day=most_per_day)
    with CaptureQueriesContext(connection) as captured:
        assert len(find(most=50)) == doctors
    assert len(captured) == 4


def test_nobody_there_is_one_statement(cast: Cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert find(specialty="394579002") == []


def test_each_practitioner_costs_a_look_into_the_index_of_what_is_open(cast: Cast):
    add_doctors(cast, 40, at=NOW + timedelta(hours=8))
    know_sizes()
    with CaptureQueriesContext(connection) as captured:
        find()
    text = next(each["sql"] for each in captured if "LIMIT 20" in each["sql"])
    assert "slot_open" in plan_of(text)


def test_a_time_whose_slots_were_taken_away_this_moment_is_left_out(cast: Cast):
    listed(cast)
    listing = Listing.objects.select_related("visit_type").first()
    assert str(listing).startswith(DOCTOR)
    gone = (listing.pk, cast.schedule.pk, NOW + timedelta(days=3000))
    assert _times([gone], {listing.pk: listing}) == {}
