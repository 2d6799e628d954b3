"""Forms that were open too long: nothing is changed, and what was typed is kept."""

from django.test import Client

from freeslot.scheduling.models import Appointment
from tests.visits.pages import address, press_cancel, read


def checked_browser(user) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_a_press_without_its_token_changes_nothing_and_keeps_what_was_typed(cast):
    visit, client = cast.book(), checked_browser(cast.patient_user)
    page = read(client.get(address(visit, "cancellation/")))
    answer = client.post(
        address(visit, "cancellation/"),
        {**page.fields, "csrfmiddlewaretoken": "lost", "note": "kept", "reason": "ill"},
    )
    expired = read(answer)
    assert answer.status_code == 403
    assert expired.heading == "Nothing was changed yet"
    assert "(212) 555-0142" in expired.text
    assert visit.reference in expired.text
    again = client.post(address(visit, "cancellation/"), expired.fields)
    text = again.content.decode()
    assert again.status_code == 200
    assert read(again).fields["note"] == "kept"
    assert '<option value="ill" selected>' in text
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_the_page_opened_again_can_be_pressed(cast):
    visit, client = cast.book(), checked_browser(cast.patient_user)
    page = read(client.get(address(visit, "cancellation/")))
    expired = read(client.post(address(visit, "cancellation/"), {**page.fields, "csrfmiddlewaretoken": "lost"}))
    opened = read(client.post(address(visit, "cancellation/"), expired.fields))
    assert client.post(address(visit, "cancellation/"), opened.fields).status_code == 303


def test_a_lost_token_elsewhere_says_that_nothing_was_changed(cast):
    visit, client = cast.book(), checked_browser(cast.patient_user)
    answer = client.post(address(visit, "undo/"), {})
    assert (answer.status_code, read(answer).heading) == (403, "Nothing was changed yet")


def test_a_strangers_lost_token_says_nothing_of_the_visit(cast):
    visit, client = cast.book(), checked_browser(cast.stranger_user)
    page = read(client.post(address(visit, "cancellation/"), {"note": "x"}))
    assert cast.practice.name not in page.text
    assert page.facts == []


def test_a_session_that_is_over_keeps_what_was_typed_until_one_is_back(cast):
    visit, client = cast.book(), Client()
    answer = client.post(address(visit, "cancellation/"), {"note": "kept", "reason": "ill", "confirm": "0"})
    assert (answer.status_code, "kept" in answer.headers["Location"]) == (303, False)
    cast.patient_user.set_password("quiet-river-morning-42")
    cast.patient_user.save()
    signed_in = client.post(
        "/accounts/login/",
        {
            "login": cast.patient_user.username,
            "password": "quiet-river-morning-42",
            "next": address(visit, "cancellation/"),
        },
    )
    assert signed_in.headers["Location"] == address(visit, "cancellation/")
    page = client.get(address(visit, "cancellation/"))
    assert read(page).fields["note"] == "kept"
    assert '<option value="ill" selected>' in page.content.decode()
    press_cancel(client, visit)
    assert "typed" not in client.session


def test_what_was_typed_for_one_visit_does_not_turn_up_at_another(cast):
    visit, other, client = cast.book(), cast.book(days=13), Client()
    client.post(address(visit, "cancellation/"), {"note": "kept"})
    client.force_login(cast.patient_user)
    assert read(client.get(address(other, "cancellation/"))).fields["note"] == ""
