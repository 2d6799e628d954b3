"""The list of times and the look at old and new: what they say, and how long they keep a time."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.practices.models import Policy
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.visits import holds
from tests.support.cast import RULES, Cast
from tests.visits.household import token_of
from tests.visits.moves import free_slot, look, value_of
from tests.visits.pages import address, read
from tests.visits.standing import live, stands

pytestmark = pytest.mark.usefixtures("clock")


def test_the_list_takes_four_statements_beside_who_asks_and_for_what(cast: Cast, patient: Client) -> None:
    visit = cast.book()
    with CaptureQueriesContext(connection) as queries:
        assert patient.get(address(visit, "move/")).status_code == 200
    beside = [query for query in queries if "session" not in query["sql"] and "accounts_user" not in query["sql"]]
    assert len(beside) <= 5, "\n".join(query["sql"][:120] for query in beside)


def test_a_read_of_the_list_keeps_nothing(cast: Cast, patient: Client) -> None:
    patient.get(address(cast.book(), "move/"))
    assert not Checkout.objects.exists()


def test_the_new_time_is_kept_while_it_is_looked_at_and_given_back_after(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    review = read(look(patient, visit, value_of(slot)))
    assert "kept for you until 4:10 pm (New York time). 10 minutes left" in review.text
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.HELD
    again = patient.post(address(visit, "move/"), {**review.fields, "another": "1", "note": "still here"})
    assert again.status_code == 303
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.FREE
    assert read(patient.get(again["Location"])).fields["note"] == "still here"


def test_keeping_the_visit_gives_the_new_time_back(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    answer = patient.post(address(visit, "move/"), {**fields, "keep": "1"})
    assert answer["Location"] == address(visit)
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.FREE
    assert stands(visit)


def test_looking_at_one_time_after_another_keeps_only_the_last(cast: Cast, patient: Client) -> None:
    visit = cast.book()
    slots = [free_slot(cast, days=days) for days in (8, 9, 10, 11)]
    for slot in slots:
        assert look(patient, visit, value_of(slot)).status_code == 200
    held = Slot.objects.filter(status=Slot.Status.HELD)
    assert [slot.pk for slot in held] == [slots[-1].pk]


def test_who_goes_back_to_the_list_finds_the_time_that_is_kept_for_them_and_nobody_else_does(
    cast: Cast, patient: Client, sign_in
) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    look(patient, visit, value_of(slot))
    day, proxy = {"from": f"{slot.starts_at:%Y-%m-%d}"}, sign_in(cast.proxy_user)
    lists = [read(client.get(address(visit, "move/"), day)).choices for client in (patient, proxy)]
    assert [value_of(slot) in each for each in lists] == [True, False]


def test_looking_again_keeps_no_time_for_longer(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    look(patient, visit, value_of(slot))
    later(cast.now + timedelta(minutes=6))
    assert "until 4:10 pm" in read(look(patient, visit, value_of(slot))).text


def test_with_too_many_times_kept_a_move_goes_on_without(cast: Cast, patient: Client, clock) -> None:
    cast.policy.rules = {**cast.policy.rules, "booking": {"most_holds": 1}}
    cast.policy.save()
    visits = [cast.book(), cast.book(days=8)]
    slots = [free_slot(cast, days=9), free_slot(cast, days=10)]
    look(patient, visits[0], value_of(slots[0]))
    review = read(look(patient, visits[1], value_of(slots[1])))
    assert review.heading == "Move it to this time?"
    assert "kept for you" not in review.text
    assert patient.post(address(visits[1], "move/"), review.fields).status_code == 303


def test_a_press_without_a_fee_is_a_look(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    answer = patient.post(address(visit, "move/"), {"time": value_of(slot)})
    assert (answer.status_code, read(answer).heading) == (200, "Move it to this time?")
    assert stands(visit)


def test_the_last_move_says_that_it_is_the_move_after_which_only_the_phone_helps(cast: Cast, patient: Client) -> None:
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"move": {"most": 1}})
    review = read(look(patient, cast.book(), value_of(free_slot(cast, days=9))))
    assert "After that the fee is $25.00. After this move it can be moved again only by phone." in review.text


def test_newer_rules_stand_beside_those_that_the_visit_keeps(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    assert "The practice’s rules today" not in read(look(patient, visit, value_of(slot))).text
    newer = {"steps": [{"after": {"minutes_before": 4320}, "fee": {"minor": 9900}}]}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now - timedelta(days=1), rules=newer)
    page = read(look(patient, visit, value_of(slot)))
    assert "The practice’s rules today" in page.text
    assert "$99.00" in page.text
    patient.post(address(visit, "move/"), page.fields)
    assert live(visit).policy_id == visit.policy_id


def test_old_and_new_of_a_visit_by_video_name_no_place(cast: Cast, patient: Client) -> None:
    cast.visit_type.by_video = True
    cast.visit_type.save()
    visit, slot = cast.book(), free_slot(cast, days=9)
    text = read(look(patient, visit, value_of(slot))).text
    assert text.count("By video") == 2
    assert cast.location.address not in text


def test_a_new_time_of_a_visit_by_video_is_said_by_the_readers_clock_too(cast: Cast, patient: Client) -> None:
    cast.visit_type.by_video = True
    cast.visit_type.save()
    visit, slot = cast.book(), free_slot(cast, days=9)

    def by_clock(at: datetime) -> str:
        there = at.astimezone(ZoneInfo("America/Chicago"))
        return f"{there:%a} {there.day} {there:%B}, {there:%-I:%M} {there:%p}".replace("AM", "am").replace("PM", "pm")

    listed = patient.get(address(visit, "move/"), {"zone": "America/Chicago"})
    page = read(listed)
    assert f"By your clock: {by_clock(visit.starts_at)} (Chicago time)" in page.text
    assert '<input type="hidden" name="zone" form="times" value="America/Chicago">' in listed.content.decode()
    assert all("zone=America%2FChicago" in at for at, _ in page.links if "from=" in at)
    review = read(look(patient, visit, value_of(slot), zone="America/Chicago"))
    assert f"By your clock: {by_clock(slot.starts_at)} (Chicago time)" in review.text
    again = patient.post(address(visit, "move/"), {**review.fields, "another": "1"})
    assert "zone=America%2FChicago" in again["Location"]
    assert "By your clock" not in read(look(patient, visit, value_of(slot), zone="nowhere/../at all")).text


def test_another_visit_at_the_new_time_is_warned_of(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    other = cast.book(days=12)
    Appointment.objects.filter(pk=other.pk).update(starts_at=slot.starts_at, ends_at=slot.ends_at)
    page = read(look(patient, visit, value_of(slot)))
    assert "You have another visit at that time You can move this one there all the same." in page.text
    assert other.reference in page.text
    assert [fact["ref"] for fact in page.facts] == [visit.reference]


def test_the_holder_of_a_link_is_warned_of_another_visit_and_not_shown_it(cast: Cast, client: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    other = cast.book(days=12)
    Appointment.objects.filter(pk=other.pk).update(starts_at=slot.starts_at, ends_at=slot.ends_at)
    client.post(f"/m/{token_of(visit)}/", {"birth_year": "1948", "then": "visit"})
    page = read(look(client, visit, value_of(slot)))
    assert "You have another visit at that time. Check both before you press." in page.text
    assert other.reference not in page.text


def test_a_look_pressed_twice_at_once_is_the_same_page_twice(cast: Cast, patient: Client, monkeypatch) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)

    def twice(**said: Any) -> Checkout:
        """The other press comes between the moment this one looked at what is kept and the moment it keeps."""
        begin_checkout(**said)
        return begin_checkout(**said)

    monkeypatch.setattr(holds, "begin_checkout", twice)
    for most in (1, 2):
        cast.policy.rules = {**cast.policy.rules, "booking": {"most_holds": most}}
        cast.policy.save()
        answer = look(patient, visit, value_of(slot))
        assert (answer.status_code, read(answer).heading) == (200, "Move it to this time?")
        assert "kept for you until 4:10 pm" in read(answer).text
        Checkout.objects.all().delete()
        Slot.objects.filter(pk=slot.pk).update(status=Slot.Status.FREE, held_by=None, held_until=None)
