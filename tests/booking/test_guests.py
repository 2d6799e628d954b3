"""Somebody without an account books: who they are, a code to their contact, the visit, and the way back to it."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client

from freeslot.booking import confirming
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.patients.models import Contact, Grant, Patient
from freeslot.practices.models import OnlineBooking, Policy, Practice
from freeslot.scheduling.models import Appointment, Checkout, GuestCode, Slot
from freeslot.scheduling.tokens import guest_codes_for
from tests.booking.steps import WHO, checkout_page, kept, open_slot, pick, times_page, value_of, visit_of
from tests.link.doors import prove, token_of
from tests.visits.pages import address, press_cancel, read


def say(client, checkout, **form: str):
    return client.post(checkout_page(checkout), {"press": "details", **WHO, "contact": "Ana@Example.org", **form})


def press(client, checkout, name, **form: str):
    return client.post(checkout_page(checkout), {"press": name, **form})


def code_of(checkout):
    checkout.refresh_from_db()
    return guest_codes_for(checkout.pk, checkout.codes)[0]


@pytest.fixture
def checkout(cast, client):
    return kept(client, cast)


def test_the_whole_way_of_a_guest(checkout, cast, client):
    page = read(client.get(checkout_page(checkout)))
    assert page.text.count("Of the person whose visit it is") == 3
    assert f"/accounts/login/?next={checkout_page(checkout)}" in [link.replace("%2F", "/") for link, _ in page.links]
    review = read(client.get(say(client, checkout).headers["Location"]))
    assert "for Ana" in review.text
    assert "Name Ana Reyes Date of birth 7 March 1990" in review.text
    assert "ana@example.org" in review.text
    answer = press(client, checkout, "confirm")
    assert answer.headers["Location"].endswith("?step=code")
    page = read(client.get(answer.headers["Location"]))
    assert "a•••@example.org" in page.text
    assert Appointment.objects.count() == 0
    visit = visit_of(press(client, checkout, "code", code=code_of(checkout)))
    assert (visit.patient.given_name, visit.starts_at) == ("Ana", checkout.starts_at)
    result = read(client.get(f"/appointments/{visit.reference}/receipt/"))
    assert result.heading == "Your visit is booked"
    assert visit_of(press(client, checkout, "code", code="000000")) == visit


def test_what_is_done_right_after_booking_came_by_no_message(checkout, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    visit = visit_of(press(client, checkout, "code", code=code_of(checkout)))
    assert press_cancel(client, visit).status_code == 303
    assert "on the practice’s portal." in read(client.get("/appointments/")).text
    assert Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled").door == "portal"
    assert prove(client, token_of(visit), birth_year="1990").status_code == 303
    assert client.post(address(visit, "undo/")).status_code == 303
    assert Event.objects.get(subject_id=visit.pk, kind="appointment.undone").door == "link", "by a message after all"


def test_a_wrong_code_books_nothing_and_says_so(checkout, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    right = code_of(checkout)
    wrong = "000000" if right != "000000" else "111111"
    used_up = "This code is used up after five wrong tries. Have another one sent."
    for words in 4 * ["This is not the code."] + [used_up]:
        answer = press(client, checkout, "code", code=wrong)
        assert answer.status_code == 422
        assert words in read(answer).text
    assert used_up in read(client.get(checkout_page(checkout), {"step": "code"})).text
    assert press(client, checkout, "code", code=right).status_code == 422
    assert Appointment.objects.count() == 0
    assert Patient.objects.filter(given_name="Ana").count() == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"birth_date": "3/7/48"}, "This can be more than one day."),
        ({"birth_date": "never"}, "We cannot read this as a date of birth."),
        ({"birth_date": "7 March 2090"}, "This day is still to come."),
        ({"birth_date": "2027-03-04"}, "This day is still to come."),
        ({"given_name": "x" * 81}, "This is too long: 80 characters at most."),
        ({"given_name": " "}, "Write this first."),
        ({"given_name": "123"}, "We cannot read this as a name."),
        ({"contact": "ana@"}, "This is not an e-mail address."),
        ({"contact": "12"}, "This is not an e-mail address."),
    ],
)
def test_what_is_wrong_with_what_a_guest_says_is_said(said, words, checkout, client):
    answer = say(client, checkout, **said)
    assert answer.status_code == 422
    page = read(answer)
    assert words in page.text
    assert page.fields["family_name"] == "Reyes"
    assert Checkout.objects.get(pk=checkout.pk).contact_value == ""


@pytest.mark.parametrize("number", ["612345678", "0034612345678"])
def test_a_number_from_abroad_is_asked_for_with_its_countrys_code(number, checkout, client, settings):
    settings.SMS_GATEWAY = object()
    answer = say(client, checkout, contact=number)
    assert "A number from another country begins with + and the country’s code." in read(answer).text
    assert say(client, checkout, contact="+34612345678").status_code == 303
    settings.SMS_GATEWAY = None


def test_a_first_press_that_comes_twice_is_one_booking(cast, client):
    page = read(client.get(times_page(cast), {"type": str(cast.visit_type.pk)}))
    form = page.fields | {"time": value_of(cast, open_slot(cast).starts_at)}
    first, second = (Client().post(times_page(cast), form) for _press in range(2))
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert Checkout.objects.get().source
    other = Client().post(times_page(cast), form | {"booker": str(uuid.uuid4())})
    assert other.status_code == 409


def test_the_number_of_a_page_left_open_does_not_show_the_next_person_what_was_begun(cast, client, later):
    page = read(client.get(times_page(cast), {"type": str(cast.visit_type.pk)}))
    form = page.fields | {"time": value_of(cast, open_slot(cast).starts_at)}
    begun = client.post(times_page(cast), form).headers["Location"]
    later(cast.now + timedelta(minutes=2))
    next_person = Client()
    assert next_person.post(times_page(cast), form).status_code == 409
    assert next_person.get(begun).status_code == 404
    assert client.get(begun).status_code == 200


def test_no_page_of_times_is_kept_by_the_browser(cast, client):
    answer = client.get(times_page(cast), {"type": str(cast.visit_type.pk)})
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_old_guests_page_of_somebody_signed_in_leads_to_a_look_at_all_of_it(cast, patient):
    checkout = kept(patient, cast)
    assert press(patient, checkout, "details", patient=str(cast.patient.pk)).status_code == 303
    for name in ("send", "code"):
        answer = press(patient, checkout, name, code="123456")
        assert answer.headers["Location"] == f"{checkout_page(checkout)}?step=review"
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("number", ["", "you", "x" * 5000])
def test_a_number_that_is_none_is_as_if_none_was_given(cast, number):
    assert pick(Client(), cast, booker=number).status_code == 303


def test_nothing_is_booked_or_sent_before_it_is_said_who_it_is(checkout, client):
    for name in ("confirm", "send", "code"):
        answer = press(client, checkout, name, code="123456")
        page = read(answer)
        assert (answer.status_code, page.heading) == (422, "The visit is not booked yet")
        assert "First name: Write this first." in page.text
    checkout.refresh_from_db()
    assert (checkout.codes, Appointment.objects.count()) == (0, 0)


def test_a_known_contact_is_the_patient_the_practice_knows(checkout, cast, client):
    contact = Contact.objects.get(patient=cast.patient)
    say(client, checkout, given_name="Maria", family_name="Lopez", birth_date="7 March 1948", contact=contact.value)
    press(client, checkout, "confirm")
    assert visit_of(press(client, checkout, "code", code=code_of(checkout))).patient == cast.patient


def test_signing_in_leads_back_to_the_same_booking_which_is_the_accounts_from_then_on(checkout, cast, client):
    client.force_login(cast.patient_user)
    page = read(client.get(checkout_page(checkout)))
    assert page.choices == [str(cast.patient.pk)]
    client.post(checkout_page(checkout), {"press": "details", "patient": str(cast.patient.pk)})
    visit = visit_of(press(client, checkout, "confirm"))
    assert (visit.patient, Checkout.objects.get(pk=checkout.pk).account_id) == (cast.patient, cast.patient_user.pk)


def test_an_account_that_the_practice_does_not_know_books_as_a_guest(cast, sign_in):
    client = sign_in(cast.stranger_user)
    checkout = kept(client, cast)
    outside = "It does not come into “My visits”: you find it by the link in our message."
    assert outside in read(client.get(checkout_page(checkout))).text
    say(client, checkout)
    press(client, checkout, "confirm")
    visit = visit_of(press(client, checkout, "code", code=code_of(checkout)))
    result = read(client.get(f"/appointments/{visit.reference}/receipt/"))
    assert (result.heading, "This visit does not come into “My visits”" in result.text) == (
        "Your visit is booked", True,
    )  # fmt: skip
    Grant.objects.create(user=cast.stranger_user, patient=visit.patient, scope=Grant.Scope.SELF)
    assert "My visits”" not in read(client.get(f"/appointments/{visit.reference}/receipt/")).text


def test_a_time_that_was_taken_while_the_code_came_keeps_what_was_said_and_proved(checkout, cast, client, later):
    say(client, checkout)
    press(client, checkout, "confirm")
    code = code_of(checkout)
    Slot.objects.filter(pk__in=checkout.slot_ids).update(status="blocked", held_by=None, held_until=None)
    answer = press(client, checkout, "code", code=code)
    assert answer.status_code == 409
    assert Appointment.objects.count() == 0
    again = kept(client, cast, open_slot(cast), after=read(answer).fields["after"])
    assert (again.given_name, again.contact_value) == ("Ana", "ana@example.org")
    assert visit_of(press(client, again, "confirm")).patient.given_name == "Ana"


def test_a_practice_that_takes_guests_no_more_lists_no_times_that_they_could_not_have(checkout, cast, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    Practice.objects.update(online_booking=OnlineBooking.KNOWN)
    answer = press(client, checkout, "code", code=code_of(checkout))
    assert (answer.status_code, read(answer).choices, Appointment.objects.count()) == (422, [], 0)


def test_a_booking_that_is_like_an_earlier_one_of_somebody_else_is_refused_softly(cast, client, checkout):
    say(client, checkout)
    assert pick(client, cast, after=str(cast.patient.pk)).status_code == 303


def test_a_code_is_counted_for_the_network_it_was_asked_from(checkout, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    network = GuestCode.objects.get().network
    assert len(network) == 64


def test_a_number_that_takes_no_texts_is_said_on_the_page(checkout, cast, client, settings):
    settings.SMS_GATEWAY = object()
    say(client, checkout, contact="(212) 555-0199")
    page = press(client, checkout, "confirm").headers["Location"]
    settings.SMS_GATEWAY = None
    assert "We send a code to •••• 0199, unless another" in read(client.get(page)).text
    handle_due_events(now=cast.now)
    text = read(client.get(page)).text
    assert "We could not send a text to •••• 0199. Use another number, or an e-mail address." in text
    assert "Use another address or number" in text


def pressed_with(cookies, checkout, **form: str):
    """One press by a browser that has these cookies, and what it has after it."""
    browser = Client()
    browser.cookies.load(cookies)
    return browser, press(browser, checkout, "code", **form)


@pytest.fixture
def asked(checkout, client):
    """The browser's cookies and the code, right before it is typed."""
    say(client, checkout)
    press(client, checkout, "confirm")
    return {name: each.value for name, each in client.cookies.items()}, code_of(checkout)


def test_a_code_that_is_pressed_twice_ends_at_the_visit_both_times(asked, checkout):
    cookies, code = asked
    for _press in range(3):
        browser, answer = pressed_with(cookies, checkout, code=code)
        visit = visit_of(answer)
        assert read(browser.get(answer.headers["Location"])).heading == "Your visit is booked"
        assert browser.cookies["freeslot"].value != cookies["freeslot"]
    assert Appointment.objects.get() == visit


@pytest.mark.parametrize("name", ["details", "confirm"])
def test_a_lapsed_time_that_is_kept_once_more_by_two_presses_is_one_booking(name, checkout, cast, client, later):
    say(client, checkout)
    later(cast.now + timedelta(minutes=10))
    pages = [press(client, checkout, name, **WHO).headers["Location"] for _press in range(2)]
    assert pages[0] == pages[1]
    again = Checkout.objects.live(cast.now + timedelta(minutes=10)).get()
    assert (str(again.pk) in pages[0], again.given_name, again.codes) == (True, "Ana", int(name == "confirm"))


def test_of_two_codes_at_once_the_one_that_comes_second_ends_at_the_visit(asked, checkout, monkeypatch):
    cookies, code = asked
    use = confirming.use_guest_code

    def use_after_another(**given: object) -> bool:
        monkeypatch.setattr(confirming, "use_guest_code", use)
        assert pressed_with(cookies, checkout, code=code)[1].status_code == 303
        return use(**given)

    monkeypatch.setattr(confirming, "use_guest_code", use_after_another)
    browser, answer = pressed_with(cookies, checkout, code=code)
    assert browser.get(answer.headers["Location"]).status_code == 200
    assert Appointment.objects.count() == 1


def test_the_key_before_the_proof_opens_nothing_without_the_code_and_nothing_later(asked, cast, checkout, later):
    cookies, code = asked
    visit = visit_of(pressed_with(cookies, checkout, code=code)[1])
    wrong = str((int(code) + 1) % 10**6).zfill(6)
    for typed in ("", wrong):
        browser, answer = pressed_with(cookies, checkout, code=typed)
        assert (visit_of(answer), browser.get(answer.headers["Location"]).status_code) == (visit, 303)
    later(cast.now + timedelta(minutes=1))
    assert pressed_with(cookies, checkout, code=code)[1].status_code == 404


def test_a_code_that_has_served_is_not_guessed_afterwards(asked, cast, checkout):
    cookies, code = asked
    pressed_with(cookies, checkout, code=code)
    for _press in range(9):
        pressed_with(cookies, checkout, code="")
    browser, answer = pressed_with(cookies, checkout, code=code)
    assert browser.get(answer.headers["Location"]).status_code == 303


def test_a_code_is_good_for_one_booking(checkout, cast, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    visit = visit_of(press(client, checkout, "code", code=code_of(checkout)))
    again = kept(client, cast, open_slot(cast, days=3), after=str(checkout.pk))
    assert again.verified_at is None
    assert visit.status == "booked"


def test_a_contact_that_was_proved_goes_along_to_one_other_time(checkout, cast, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    Checkout.objects.filter(pk=checkout.pk).update(verified_at=cast.now)
    another = kept(client, cast, open_slot(cast, days=3), after=str(checkout.pk))
    third = kept(client, cast, open_slot(cast, days=4), after=str(checkout.pk))
    assert (another.verified_at, third.verified_at) == (cast.now, None)


def test_rules_that_are_new_since_the_code_was_asked_for_are_shown_before_it_counts(checkout, cast, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    newer = {"steps": [{"after": {"minutes_before": 4320}, "fee": {"minor": 9900}}]}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now - timedelta(hours=1), rules=newer)
    answer = press(client, checkout, "code", code=code_of(checkout))
    assert answer.status_code == 409
    page = read(answer)
    assert "$99.00" in page.text
    assert Appointment.objects.count() == 0
    assert client.post(checkout_page(checkout), {**page.fields, "press": "confirm"}).status_code == 303
    visit = visit_of(press(client, checkout, "code", code=code_of(checkout)))
    assert visit.policy.version == 2


def test_details_that_changed_since_the_code_was_asked_for_are_shown_before_it_counts(checkout, client):
    say(client, checkout)
    press(client, checkout, "confirm")
    say(client, checkout, given_name="Sofia")
    answer = press(client, checkout, "code", code=code_of(checkout))
    page = read(answer)
    assert answer.status_code == 409
    assert "The details have changed since you looked" in page.text
    assert "Sofia" in page.text
    assert Appointment.objects.count() == 0
    assert client.post(checkout_page(checkout), {**page.fields, "press": "confirm"}).status_code == 303
    assert visit_of(press(client, checkout, "code", code=code_of(checkout))).patient.given_name == "Sofia"


def test_a_code_that_is_over_or_was_not_typed_is_said_as_that(checkout, cast, client, later):
    say(client, checkout)
    press(client, checkout, "confirm")
    assert "Type the code from our message." in read(press(client, checkout, "code", code=" ")).text
    assert Checkout.objects.get(pk=checkout.pk).tries == 0
    Checkout.objects.update(until=cast.now + timedelta(minutes=30))
    later(cast.now + timedelta(minutes=15))
    answer = press(client, checkout, "code", code=code_of(checkout))
    assert "A code is good for 15 minutes, and they are over. Have another one sent." in read(answer).text


def test_when_another_code_can_be_sent_is_a_clock_time(checkout, cast, client, later):
    say(client, checkout)
    press(client, checkout, "confirm")
    later(cast.now + timedelta(seconds=59))
    answer = press(client, checkout, "send")
    assert answer.status_code == 422
    assert "Another one can be sent at 4:01 pm (New York time)." in read(answer).text
    for number in range(1, 5):
        later(cast.now + number * timedelta(minutes=1))
        assert press(client, checkout, "send").status_code == 303
    later(cast.now + timedelta(minutes=6))
    page = read(press(client, checkout, "send"))
    assert "No more codes are sent for this booking." in page.text
    assert "Send another code" not in page.buttons


def test_the_page_of_the_code_is_the_same_whether_or_not_somebody_else_books_with_the_contact(cast):
    pages = []
    for days, contact in ((2, "ana@example.org"), (3, "ana@example.org"), (4, "ani@example.org")):
        browser = Client()
        begun = kept(browser, cast, open_slot(cast, days=days))
        say(browser, begun, contact=contact)
        press(browser, begun, "confirm")
        page = read(browser.get(checkout_page(begun), {"step": "code"})).text
        pages.append(page.split("Fri 5 March")[0].split("Sat 6 March")[0])
        assert "unless another booking that was begun with it is still open" in page
        assert "or try again after 4:15 pm (New York time)" in page
    assert GuestCode.objects.count() == 2
