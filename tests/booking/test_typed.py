"""What was typed and not sent yet stays in the form, whichever button is pressed and whatever becomes of the time."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from freeslot.scheduling.models import Checkout, Slot
from tests.booking.steps import WHO, checkout_page, kept, open_slot
from tests.visits.pages import read

TYPED = {"given_name": "Ana", "family_name": " Reyes", "birth_date": "3/7/48", "contact": ""}


@pytest.fixture
def checkout(cast, client):
    return kept(client, cast)


def press(client, checkout, name, **form: str):
    return client.post(checkout_page(checkout), {"press": name, **form})


def in_form(client, checkout):
    fields = read(client.get(checkout_page(checkout))).fields
    return {name: fields[name] for name in TYPED}


def test_a_time_that_is_kept_longer_keeps_what_was_typed(client, checkout):
    answer = press(client, checkout, "renew", **TYPED)
    assert answer.headers["Location"] == checkout_page(checkout)
    assert in_form(client, checkout) == TYPED


def test_another_time_gets_what_was_typed_for_the_first(client, cast, checkout):
    press(client, checkout, "another", **TYPED)
    again = kept(client, cast, open_slot(cast, days=3), after=str(checkout.pk))
    assert in_form(client, again) == TYPED


def test_a_time_that_was_taken_meanwhile_leads_to_others_with_what_was_typed_in_that_press(
    client, cast, checkout, later
):
    later(cast.now + timedelta(minutes=30))
    kept(Client(), cast, Slot.objects.get(pk=checkout.slot_ids[0]))
    answer = press(client, checkout, "details", **WHO)
    assert (answer.status_code, read(answer).fields["after"]) == (409, str(checkout.pk))
    again = kept(client, cast, open_slot(cast, days=3), after=str(checkout.pk))
    assert in_form(client, again) == WHO


def test_what_was_typed_is_said_then_and_shown_as_it_was_understood(client, checkout):
    press(client, checkout, "renew", **TYPED)
    assert press(client, checkout, "details", **WHO).status_code == 303
    assert in_form(client, checkout) == WHO
    assert "typed" not in client.session


def test_a_press_that_brings_nothing_typed_changes_nothing_of_it(client, checkout):
    press(client, checkout, "renew", **TYPED)
    press(client, checkout, "renew")
    press(client, checkout, "here")
    assert in_form(client, checkout) == TYPED


def test_what_was_typed_is_shown_to_that_browser_alone_and_not_after_stopping(client, cast, patient, checkout):
    Checkout.objects.filter(pk=checkout.pk).update(account_id=cast.patient_user.pk)
    press(client, checkout, "renew", visit_reason="My knee", **TYPED)
    assert "Reyes" not in patient.get(checkout_page(checkout)).content.decode()
    press(client, checkout, "stop")
    assert "typed" not in client.session


class Owners(HTMLParser):
    """The form that each button belongs to, in the order of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id", "another")
        if tag == "button" and "press" in given.get("name", ""):
            self.found.append((given["value"], given.get("form", self.inside)))


def test_the_buttons_beside_the_form_send_it_and_return_presses_its_own(client, checkout):
    owners = Owners()
    owners.feed(client.get(checkout_page(checkout)).content.decode())
    of_form = [name for name, owner in owners.found if owner == "details"]
    assert of_form == ["details", "renew", "details", "another"]
