"""The directory says under what a practitioner is found, and stays in line with what the practice has set."""

from datetime import timedelta
from typing import Any

from freeslot.practices.models import Location, Policy, Practitioner, VisitType
from freeslot.scheduling.models import Listing, Schedule
from freeslot.scheduling.operations.listing import list_practitioner
from freeslot.scheduling.operations.publish import publish_slots
from tests.scheduling.conftest import listed
from tests.support.cast import Cast

SHORT = timedelta(minutes=10)


def rows(**only: Any) -> list[tuple[str, bool, str]]:
    found = Listing.objects.filter(**{"by_video": False, "for_new": True} | only).select_related("visit_type")
    return sorted((each.payer, each.is_first, each.visit_type.name) for each in found)


def add_type(cast: Cast, name: str, **facts: Any) -> VisitType:
    made = VisitType.objects.create(practice=cast.practice, name=name, **({"length": SHORT} | facts))
    made.practitioners.add(cast.practitioner)
    return made


def test_publishing_lists_a_practitioner_for_new_patients_and_others(cast: Cast):
    listed(cast)
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=1)
    (known, new) = Listing.objects.order_by("for_new")
    assert (known.for_new, new.for_new) == (False, True)
    assert (new.specialty, new.city, new.payer, new.is_first) == ("394814009", "salem", "", True)
    assert (new.taken, new.notice, new.horizon) == (timedelta(minutes=20), timedelta(0), timedelta(days=366))


def test_a_limit_a_day_is_that_of_the_rules(cast: Cast):
    for most in (3, None):
        Policy.objects.update(rules={"booking": {"most_per_day": most}} if most else {})
        listed(cast)
        assert set(Listing.objects.values_list("most_per_day", flat=True)) == {most}


def test_the_same_again_keeps_every_row(cast: Cast):
    listed(cast)
    before = list(Listing.objects.order_by("pk").values())
    assert listed(cast) == len(before) == 2
    assert list(Listing.objects.order_by("pk").values()) == before


def test_the_shortest_visit_that_is_for_any_payer_stands_for_all(cast: Cast):
    add_type(cast, "Covered", payers=["aok"])
    listed(cast)
    assert rows() == [("", True, "Check-up")]


def test_each_payer_has_its_shortest_and_the_first_is_the_shortest_of_all(cast: Cast):
    VisitType.objects.filter(pk=cast.visit_type.pk).update(payers=["aok", "tk"])
    add_type(cast, "Short", payers=["tk", "dak"])
    listed(cast)
    assert rows() == [("aok", False, "Check-up"), ("dak", False, "Short"), ("tk", True, "Short")]


def test_video_and_rules_about_new_patients_have_rows_of_their_own(cast: Cast):
    talk = add_type(cast, "Talk", by_video=True)
    rules = {"booking": {"patients": "known", "notice_minutes": 60, "horizon_days": 30}}
    Policy.objects.create(
        practice=cast.practice, visit_type=talk, version=2, valid_from=cast.now - timedelta(days=1), rules=rules
    )
    listed(cast)
    assert rows(by_video=True) == []
    assert rows(by_video=True, for_new=False) == [("", True, "Talk")]
    talk_row = Listing.objects.get(by_video=True)
    assert (talk_row.notice, talk_row.horizon) == (timedelta(hours=1), timedelta(days=30))


def test_what_patients_may_not_book_has_no_rules_or_is_not_given_any_more_is_not_listed(cast: Cast):
    listed(cast)
    cast.visit_type.practitioners.clear()
    assert listed(cast) == 0
    cast.visit_type.practitioners.add(cast.practitioner)
    VisitType.objects.update(is_online=False)
    assert listed(cast) == 0
    VisitType.objects.update(is_online=True)
    Policy.objects.all().delete()
    assert listed(cast) == 0
    assert not Listing.objects.exists()


def test_each_place_is_listed_once_and_other_practitioners_are_left_alone(cast: Cast):
    listed(cast)
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lin", specialty="394814009")
    cast.visit_type.practitioners.add(colleague)
    for name in ("North", "South"):
        place = Location.objects.create(practice=cast.practice, name=name, address=name, city="Salem")
        for length in (SHORT, 2 * SHORT):
            Schedule.objects.create(practice=cast.practice, practitioner=colleague, location=place, slot_length=length)
    assert list_practitioner(practitioner_id=colleague.pk, now=cast.now) == 4
    assert Listing.objects.filter(practitioner=cast.practitioner).count() == 2
