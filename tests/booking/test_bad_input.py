"""What is wrong with a booking is said in a plain sentence with a way on, and nothing is changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.test import Client

from freeslot.booking import confirming
from freeslot.patients.models import Grant
from freeslot.practices.models import Location, OnlineBooking, Policy, Practice, VisitType
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations import checkout as checkouts
from freeslot.scheduling.operations.book import Booked
from freeslot.scheduling.operations.checkout import end_lapsed_checkouts, finish_checkout
from freeslot.scheduling.operations.close import close_day
from tests.booking.steps import (
    checkout_page,
    confirm,
    first_page,
    kept,
    open_slot,
    pick,
    say,
    times_page,
    value_of,
    visit_of,
)
from tests.support.cast import RULES, make_cast, make_patient
from tests.visits.pages import read


def state():
    return (
        Appointment.objects.count(),
        Checkout.objects.count(),
        list(Slot.objects.exclude(status="free").values_list("pk", "status", "held_by")),
    )


def use_rules(cast, **booking: object):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"booking": booking})


def refused(answer, words, *, status=422):
    page = read(answer)
    assert answer.status_code == status
    assert words in page.text
    assert "Call" in page.text
    return page


def test_a_time_that_is_over(cast, patient):
    before = state()
    answer = pick(patient, cast, time=value_of(cast, cast.now - timedelta(days=1)))
    page = refused(answer, "That time is over.")
    assert page.choices
    assert state() == before


def test_a_time_beyond_the_horizon_or_too_soon(cast, patient):
    use_rules(cast, horizon_days=3, notice_minutes=2 * 24 * 60)
    before = state()
    refused(pick(patient, cast, open_slot(cast, days=9)), "further ahead than the practice plans")
    refused(pick(patient, cast, open_slot(cast, days=1)), "too soon")
    assert state() == before


def test_a_clock_time_that_there_is_not(cast, patient):
    before = state()
    answer = pick(patient, cast, time=f"2027-03-14T02:30:00-05:00~{cast.practitioner.pk}")
    refused(answer, "There is no such time that night")
    assert state() == before


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_time_at_either_end_of_the_calendar(moment, cast, patient):
    before = state()
    refused(pick(patient, cast, time=f"{moment}~{cast.practitioner.pk}"), "none of the times that were offered")
    assert state() == before


@pytest.mark.parametrize("value", ["", "tomorrow", "2027-03-08T10:00:00", "2027-03-08T10:00:00-05:00~you", "~"])
def test_what_is_no_time_at_all(value, cast, patient):
    before = state()
    assert pick(patient, cast, time=value).status_code == 422
    assert state() == before


def test_going_on_without_a_time_says_no_more_than_that(cast, patient):
    assert read(pick(patient, cast, time="")).heading == "Pick a time first"
    assert read(pick(patient, cast, time="tomorrow")).heading == "This time is not kept for you"


def test_a_time_in_another_practices_schedule(cast, patient):
    elsewhere = make_cast(weeks=1, name="Harbor Dental")
    slot = elsewhere.slots_from(cast.now + timedelta(days=2))[0]
    before = state()
    answer = pick(patient, cast, time=value_of(elsewhere, slot.starts_at))
    refused(answer, "That time is at another practice.")
    assert state() == before


def test_a_kind_of_visit_that_the_practitioner_does_not_give(cast, patient):
    other = VisitType.objects.create(practice=cast.practice, name="X-ray", length=timedelta(minutes=20))
    before = state()
    refused(pick(patient, cast, type=str(other.pk)), "Nobody gives this kind of visit")
    assert state() == before


def test_a_visit_that_is_longer_than_the_time_there_is(cast, patient):
    VisitType.objects.filter(pk=cast.visit_type.pk).update(length=timedelta(minutes=40))
    slot = open_slot(cast)
    Slot.objects.filter(schedule=slot.schedule, starts_at=slot.ends_at).update(status="blocked")
    before = state()
    assert pick(patient, cast, slot).status_code in {409, 422}
    assert state() == before


@pytest.mark.parametrize("named", ["", "no-id", "00000000-0000-7000-8000-000000000000"])
def test_a_kind_of_visit_that_there_is_not(named, cast, patient):
    page = refused(patient.get(times_page(cast), {"type": named}), "Choose what the visit is for.")
    assert page.choices == [str(cast.visit_type.pk)]


def test_a_kind_of_visit_of_another_practice(cast, patient):
    other = make_cast(weeks=1).visit_type
    assert patient.get(times_page(cast), {"type": str(other.pk)}).status_code == 422
    before = state()
    assert pick(patient, cast, type=str(other.pk)).status_code == 422
    assert state() == before


def test_a_practitioner_and_a_place_that_are_not_the_practices_own_narrow_nothing(cast, patient):
    elsewhere = make_cast(weeks=1)
    named = {"practitioner": str(elsewhere.practitioner.pk), "place": str(elsewhere.location.pk)}
    answer = patient.get(times_page(cast), {"type": str(cast.visit_type.pk), **named})
    assert answer.status_code == 200
    assert elsewhere.practitioner.pk.hex not in answer.content.decode()
    assert Location.objects.count() == 2


def test_a_time_that_somebody_else_has_taken_leads_to_the_nearest(cast, patient, sign_in):
    slot = open_slot(cast)
    kept(sign_in(cast.stranger_user), cast, slot)
    before = state()
    page = refused(pick(patient, cast, slot), "That time is not open any more.", status=409)
    assert "The nearest other times" in page.text
    assert page.fields["type"] == str(cast.visit_type.pk)
    assert state() == before


def test_more_times_than_one_may_keep_are_listed(cast, patient):
    mine = [kept(patient, cast), kept(patient, cast)]
    before = state()
    page = refused(pick(patient, cast), "Several times are kept for you already")
    addresses = {address for address, words in page.links if words == "Go on with it"}
    assert addresses == {checkout_page(each) for each in mine}
    assert state() == before


def test_times_kept_at_another_practice_are_named_as_there_and_lead_there(cast, patient):
    elsewhere = make_cast(zone="Europe/Berlin", weeks=2)
    mine = [kept(patient, elsewhere), kept(patient, elsewhere)]
    page = refused(pick(patient, cast), "Several times are kept for you already")
    addresses = {address for address, words in page.links if words == "Go on with it"}
    assert addresses == {checkout_page(each) for each in mine}
    for each in mine:
        clock = each.starts_at.astimezone(elsewhere.practice.tz)
        assert f"{clock:%-I:%M} {clock:%p}".lower() in page.text
        assert patient.get(checkout_page(each)).status_code == 200
    assert page.text.count("(Berlin time)") == 2
    assert f"{elsewhere.visit_type.name} · {elsewhere.practice.name}" in page.text
    assert patient.post(checkout_page(mine[0]), {"press": "another"}).status_code == 303


def test_a_guest_is_told_of_a_day_that_other_guests_keep_and_of_no_time_of_their_own(cast, client):
    use_rules(cast, hold_share_percent=1)
    kept(Client(), cast)
    before = state()
    page = refused(pick(client, cast), "others who book without an account keep much of that day")
    assert "Go on with it" not in [words for _, words in page.links]
    assert state() == before


@pytest.mark.parametrize("press", ["details", "confirm", "renew", "another", "stop", "code", "send", "anything"])
def test_somebody_elses_booking_does_not_exist(press, cast, patient, client, sign_in):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    before = state()
    for stranger in (client, sign_in(cast.stranger_user)):
        assert stranger.get(checkout_page(checkout)).status_code == 404
        assert stranger.post(checkout_page(checkout), {"press": press}).status_code == 404
    assert state() == before


@pytest.mark.parametrize("press", ["details", "confirm", "code"])
def test_whoever_was_signed_out_in_the_midst_is_led_back_and_finds_what_was_said(press, cast, patient, sign_in):
    checkout = kept(patient, cast)
    say(patient, cast, checkout, visit_reason="A cough")
    signed_out, at, nowhere = Client(), checkout_page(checkout), f"{first_page(cast)}{uuid4()}/"
    answers = [signed_out.get(at), signed_out.post(at, {"press": press}), signed_out.get(nowhere)]
    for answer in answers:
        page = refused(answer, "You may have been signed out", status=404)
        assert page.heading == "No booking is open here"
        assert (first_page(cast), "Book a visit") in page.links
    to_sign_in = f"/accounts/login/?next={quote(at, safe='')}"
    assert (to_sign_in, "I have an account: sign in and come back here") in read(answers[1]).links
    assert "A cough" not in answers[0].content.decode()
    assert "Look at it all" in read(sign_in(cast.patient_user).get(at)).buttons


def test_a_press_without_its_cookies_is_not_told_of_a_visit_that_there_is_not(cast):
    client = Client(enforce_csrf_checks=True)
    for at in (first_page(cast), times_page(cast), f"{first_page(cast)}{uuid4()}/"):
        page = read(client.post(at, {"press": "confirm"}))
        assert page.heading == "Nothing was changed yet"
        assert "Your visit" not in page.text
        assert (at, "Load the page again") in page.links


def test_the_booking_of_one_practice_is_not_found_at_another(cast, patient):
    checkout, other = kept(patient, cast), make_cast(weeks=1).practice
    assert patient.get(f"/p/{other.slug}/book/{checkout.pk}/").status_code == 404


def test_a_patient_of_somebody_else_cannot_be_booked_for(cast, patient):
    elsewhere = make_cast(weeks=1)
    checkout = kept(patient, cast)
    answer = say(patient, cast, checkout, patient=str(elsewhere.patient.pk))
    refused(answer, "Choose who the visit is for.")
    assert Checkout.objects.get(pk=checkout.pk).patient is None


def test_a_kind_of_visit_for_newcomers_is_not_for_somebody_the_practice_expects(cast, patient):
    use_rules(cast, patients="new")
    assert "for people who are new here" in read(patient.get(first_page(cast))).text
    checkout = kept(patient, cast)
    assert say(patient, cast, checkout).status_code == 303
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES)
    cast.book(days=9)
    use_rules(cast, patients="new")
    page = refused(say(patient, cast, checkout), "for people who are new at the practice")
    assert (first_page(cast), "Choose another kind of visit") in page.links
    refused(confirm(patient, checkout), "for people who are new at the practice")


def test_the_reason_is_asked_as_the_practice_sets_it(cast, patient):
    use_rules(cast, reason="required")
    checkout = kept(patient, cast)
    refused(say(patient, cast, checkout), "Write a few words.")
    refused(say(patient, cast, checkout, visit_reason="x" * 2001), "This is too long: 2000 characters at most.")
    assert say(patient, cast, checkout, visit_reason="My knee\x00 hurts").status_code == 303
    assert Checkout.objects.get(pk=checkout.pk).visit_reason == "My knee hurts"
    assert "My knee hurts" in read(patient.get(f"{checkout_page(checkout)}?step=review")).text


def test_a_plan_that_the_practice_does_not_take_is_said(cast, patient):
    use_rules(cast, payer="required")
    VisitType.objects.filter(pk=cast.visit_type.pk).update(payers=["Blue Hill", "Medicare"])
    checkout = kept(patient, cast)
    refused(say(patient, cast, checkout), "Choose who pays.")
    for payer in ("another", "Red Valley"):
        refused(say(patient, cast, checkout, payer=payer), "For this visit the practice takes Blue Hill, Medicare.")
    assert say(patient, cast, checkout, payer="Medicare").status_code == 303
    visit = Appointment.objects.get(reference=confirm(patient, checkout).headers["Location"].split("/")[2])
    assert visit.payer == "Medicare"


def test_a_hold_that_has_lapsed_is_booked_all_the_same_while_nobody_has_the_time(cast, patient, later):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    later(cast.now + timedelta(minutes=30))
    end_lapsed_checkouts(now=datetime.now(UTC))
    page = read(patient.get(f"{checkout_page(checkout)}?step=review"))
    assert "This time is not kept any more." in page.text
    assert confirm(patient, checkout).status_code == 303
    assert Appointment.objects.get().starts_at == checkout.starts_at


def test_a_hold_that_has_lapsed_and_is_taken_leads_to_the_nearest_with_the_form_kept(cast, patient, later, sign_in):
    use_rules(cast, reason="optional")
    slot = open_slot(cast)
    checkout = kept(patient, cast, slot)
    say(patient, cast, checkout, visit_reason="My knee")
    later(cast.now + timedelta(minutes=30))
    kept(sign_in(cast.stranger_user), cast, slot)
    page = refused(confirm(patient, checkout), "That time is not open any more.", status=409)
    assert page.fields["after"] == str(checkout.pk)
    again = kept(patient, cast, after=str(checkout.pk))
    assert (again.visit_reason, again.patient) == ("My knee", cast.patient)
    assert Appointment.objects.count() == 0


def test_a_time_that_was_given_back_is_not_booked_by_an_old_page(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    assert patient.post(checkout_page(checkout), {"press": "stop"}).status_code == 303
    assert Slot.objects.filter(held_by=checkout.pk).count() == 0
    refused(confirm(patient, checkout), "This booking was stopped, and its time was given back.", status=409)
    refused(patient.get(checkout_page(checkout)), "This booking was stopped", status=409)
    assert Appointment.objects.count() == 0


def test_another_time_is_chosen_with_all_that_was_said_kept(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    answer = patient.post(checkout_page(checkout), {"press": "another"})
    assert f"after={checkout.pk}" in answer.headers["Location"]
    assert patient.get(answer.headers["Location"]).status_code == 200
    assert kept(patient, cast, after=str(checkout.pk)).patient == cast.patient


def test_a_time_is_kept_longer_only_as_often_as_the_rules_let_it_be(cast, patient, later):
    checkout = kept(patient, cast)
    ends = []
    for minute in (0, 4, 5, 8, 11, 17):
        later(cast.now + timedelta(minutes=minute))
        assert patient.post(checkout_page(checkout), {"press": "renew", "step": ""}).status_code == 303
        ends.append((Checkout.objects.get(pk=checkout.pk).until - cast.now).seconds // 60)
    assert ends == [10, 10, 15, 15, 21, 21]
    assert "Keep it longer" not in read(patient.get(checkout_page(checkout))).buttons


def test_a_network_that_keeps_many_times_already_is_told_so(cast, client, monkeypatch):
    monkeypatch.setattr(checkouts, "MOST_FOR_A_NETWORK", 1)
    kept(Client(), cast)
    words = "several times are kept already from the internet connection that you use"
    refused(pick(client, cast, open_slot(cast, days=5)), words)
    assert Checkout.objects.count() == 1


def test_a_practice_that_closes_the_day_between_list_and_press(cast, patient):
    slot = open_slot(cast)
    Slot.objects.filter(pk=slot.pk).delete()
    before = state()
    refused(pick(patient, cast, slot), "The practice has no visits at that time.")
    assert state() == before


def test_a_time_whose_day_was_closed_meanwhile_is_gone_and_leads_to_the_nearest(cast, patient):
    checkout = kept(patient, cast)
    assert "This time is kept for you until" in read(patient.get(checkout_page(checkout))).text
    close_day(practice=cast.practice, day=checkout.starts_at.astimezone(cast.practice.tz).date(), now=cast.now)
    answer = patient.get(checkout_page(checkout))
    page = refused(answer, "The practice has no visits at that time.")
    assert page.choices
    assert "kept for you until" not in page.text
    assert kept(patient, cast, after=str(checkout.pk)).pk != checkout.pk


def test_a_day_that_is_closed_between_the_review_and_the_press_books_nothing(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    close_day(practice=cast.practice, day=checkout.starts_at.astimezone(cast.practice.tz).date(), now=cast.now)
    page = refused(confirm(patient, checkout), "The practice has no visits at that time.")
    assert page.choices
    assert Appointment.objects.count() == 0


def test_rules_that_are_new_since_the_look_are_shown_before_the_press_counts(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    fields = read(patient.get(checkout_page(checkout), {"step": "review"})).fields
    newer = {"steps": [{"after": {"minutes_before": 4320}, "fee": {"minor": 9900}}]}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now - timedelta(hours=1), rules=newer)
    answer = patient.post(checkout_page(checkout), {**fields, "press": "confirm"})
    again = refused(answer, "The practice has changed its rules, the price or the length", status=409)
    assert "$99.00" in again.text
    assert Appointment.objects.count() == 0
    assert patient.post(checkout_page(checkout), {**again.fields, "press": "confirm"}).status_code == 303
    assert Appointment.objects.get().policy.version == 2


@pytest.mark.parametrize("changes", [{"price_minor": 50_000}, {"length": timedelta(minutes=10)}])
def test_another_price_or_length_since_the_look_is_shown_before_the_press_counts(cast, patient, changes):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    fields = read(patient.get(checkout_page(checkout), {"step": "review"})).fields
    VisitType.objects.update(**changes)
    answer = patient.post(checkout_page(checkout), {**fields, "press": "confirm"})
    again = refused(answer, "The practice has changed its rules, the price or the length", status=409)
    assert Appointment.objects.count() == 0
    assert patient.post(checkout_page(checkout), {**again.fields, "press": "confirm"}).status_code == 303


def test_details_that_changed_on_another_page_are_shown_before_the_press_counts(cast, patient):
    sam = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=sam, scope=Grant.Scope.CARER)
    use_rules(cast, payer="optional")
    checkout = kept(patient, cast)
    say(patient, cast, checkout, payer="aetna")
    for changes, words in (
        ({"patient": str(sam.pk)}, "Sam"),
        ({"patient": str(sam.pk), "payer": "medicaid"}, "medicaid"),
    ):
        fields = read(patient.get(checkout_page(checkout), {"step": "review"})).fields
        say(patient, cast, checkout, **({"payer": "aetna"} | changes))
        answer = patient.post(checkout_page(checkout), {**fields, "press": "confirm"})
        again = refused(answer, "The details have changed since you looked", status=409)
        assert words in again.text
        assert Appointment.objects.count() == 0
    visit = visit_of(patient.post(checkout_page(checkout), {**again.fields, "press": "confirm"}))
    assert (visit.patient, visit.payer) == (sam, "medicaid")


def test_what_new_rules_require_is_asked_for_before_anything_is_booked(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    stricter = {"booking": {"reason": "required", "payer": "required"}}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now - timedelta(hours=1), rules=stricter)
    refused(confirm(patient, checkout), "Write a few words.")
    assert Appointment.objects.count() == 0
    say(patient, cast, checkout, visit_reason="A cough", payer="self-pay")
    visit = visit_of(confirm(patient, checkout))
    assert (visit.visit_reason, visit.payer) == ("A cough", "self-pay")


def test_two_presses_at_once_for_two_patients_end_at_the_visit_of_the_first(cast, patient, monkeypatch):
    sam = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=sam, scope=Grant.Scope.CARER)
    checkout = kept(patient, cast)
    say(patient, cast, checkout)

    def behind_another(**given: Any) -> Booked:
        finish_checkout(**(given | {"patient": sam}))
        return finish_checkout(**given)

    monkeypatch.setattr(confirming, "finish_checkout", behind_another)
    answer = patient.get(confirm(patient, checkout).headers["Location"])
    assert visit_of(answer).patient == sam


def test_what_rules_of_this_very_moment_require_is_asked_for_too(cast, patient, monkeypatch):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)

    def behind_new_rules(**given: Any) -> Booked:
        Policy.objects.update(rules={"booking": {"reason": "required"}})
        return finish_checkout(**given)

    monkeypatch.setattr(confirming, "finish_checkout", behind_new_rules)
    answer = confirm(patient, checkout)
    assert (answer.status_code, Appointment.objects.count()) == (303, 0)
    assert "What is the visit about?" in read(patient.get(answer.headers["Location"])).text


def test_a_practice_that_closes_booking_between_list_and_press(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    Practice.objects.update(online_booking=OnlineBooking.NOBODY)
    assert "takes bookings only by phone" in read(patient.get(first_page(cast))).text
    assert "takes bookings only by phone" in read(pick(patient, cast)).text
    assert confirm(patient, checkout).status_code == 422
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("closed", ["the type", "the practice"])
def test_what_is_booked_only_by_phone_by_now_lists_no_other_times(closed, cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    if closed == "the type":
        VisitType.objects.update(is_online=False)
    else:
        Practice.objects.update(online_booking=OnlineBooking.NOBODY)
    page = refused(confirm(patient, checkout), "The practice takes this booking only by phone.")
    assert (page.choices, "nearest other times" in page.text) == ([], False)
    assert "Call the practice" in page.text
    patient.post(checkout_page(checkout), {"press": "stop"})
    assert read(patient.get(checkout_page(checkout))).choices == []


def test_a_practice_that_takes_only_people_who_are_signed_in(cast, patient, client):
    Practice.objects.update(online_booking=OnlineBooking.KNOWN)
    page = read(client.get(first_page(cast)))
    assert "only from people who are signed in" in page.text
    assert pick(client, cast).status_code == 200
    assert Checkout.objects.count() == 0
    assert kept(patient, cast).account_id == cast.patient_user.pk
