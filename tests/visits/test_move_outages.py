"""The database fails amid a move: what was saved is said as it is, and the press can be tried again without loss."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from freeslot.scheduling.models import Appointment, Slot
from tests.support.cast import Cast, make_cast
from tests.visits.moves import free_slot, look, value_of
from tests.visits.pages import address, read
from tests.visits.test_outages import ERRORS, UNSURE, failing, failing_commit


def test_a_failure_before_the_commit_leaves_the_visit_and_keeps_the_press(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(days=1), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    with failing('INSERT INTO "events_event"', ERRORS[0]):
        answer = patient.post(address(visit, "move/"), {**fields, "note": "kept"})
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert "We could not save your move. Nothing was changed." in page.text
    assert "You tried at 4:00 pm (New York time)." in page.text
    assert "(212) 555-0142" in page.text
    assert page.buttons[-1] == "Try again to move it"
    assert (page.fields["note"], page.fields["time"]) == ("kept", value_of(slot))
    later(cast.now + timedelta(minutes=5))
    assert patient.post(address(visit, "move/"), page.fields).status_code == 303
    moved = Appointment.objects.get(pk=visit.pk)
    assert (moved.starts_at, moved.carried_fee_minor) == (slot.starts_at, 0)


def test_a_database_that_is_wholly_away_still_lets_the_page_say_whom_to_call(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    with failing("", OperationalError("the server closed the connection unexpectedly")):
        answer = patient.post(address(visit, "move/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert "(212) 555-0142" in page.text
    assert visit.reference in page.text


@pytest.mark.parametrize("press", ["look", "another", "keep"])
def test_a_look_that_fails_leads_back_to_the_list(cast: Cast, patient: Client, press: str) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    with failing("scheduling_checkout", ERRORS[1]):
        answer = patient.post(address(visit, "move/"), {**fields, press: "1"})
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "We cannot do this right now")
    assert (address(visit, "move/"), "Try again") in page.links


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_was_lost_sight_of_is_neither_one_nor_the_other(clock, sign_in) -> None:
    cast = make_cast(weeks=2)
    visit, slot, client = cast.book(), free_slot(cast, days=9), sign_in(cast.patient_user)
    fields = read(look(client, visit, value_of(slot))).fields
    with failing_commit(UNSURE[1]):
        answer = client.post(address(visit, "move/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "We do not know yet")
    assert page.refresh == f"10;url={address(visit, 'receipt/')}"
    assert (page.fields["key"], page.fields["time"]) == (fields["key"], fields["time"])
    assert "moved" not in page.text.lower()
    assert "still booked" not in page.text.lower()


def test_a_lost_token_keeps_the_time_and_what_was_typed(cast: Cast) -> None:
    visit, slot, client = cast.book(), free_slot(cast, days=9), Client(enforce_csrf_checks=True)
    client.force_login(cast.patient_user)
    fields = {"time": value_of(slot), "note": "kept", "confirm": "0", "key": "k", "csrfmiddlewaretoken": "lost"}
    answer = client.post(address(visit, "move/"), fields)
    expired = read(answer)
    assert (answer.status_code, expired.heading) == (403, "Nothing was changed yet")
    page = read(client.post(address(visit, "move/"), expired.fields))
    assert (page.heading, page.fields["note"]) == ("Move it to this time?", "kept")
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.HELD
