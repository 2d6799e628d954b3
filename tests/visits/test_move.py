"""The press that moves a visit: what it leaves, once or pressed again, and what the pages say afterwards."""

from datetime import timedelta

import pytest
from django.test import Client
from ical.calendar_stream import IcsCalendarStream

from freeslot.events.models import Event
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Checkout, Slot
from freeslot.scheduling.operations.move import move_appointment
from tests.support.cast import Cast
from tests.visits.moves import free_slot, look, press_move, value_of
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import live, stands

pytestmark = pytest.mark.usefixtures("clock")


def test_a_visit_is_moved_in_two_presses_and_the_page_says_so_first(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    review = read(look(patient, visit, value_of(slot)))
    assert review.heading == "Move it to this time?"
    assert "Free to cancel until Thu 11 March, 4:00 pm" in review.text
    assert "You can move it again until Fri 12 March, 4:00 pm" in review.text
    assert review.facts == [
        {"ref": visit.reference, "status": "booked", "slot": "2027-03-10T16:00:00-05:00"},
    ]
    answer = patient.post(address(visit, "move/"), review.fields)
    assert (answer.status_code, answer["Location"]) == (303, address(visit, "receipt/"))
    page = read(patient.get(answer["Location"]))
    assert page.heading == "Your visit is moved"
    assert "Moved Wed 3 March, 4:00 pm, by you, on the practice’s portal" in page.text
    assert "(before: Wed 10 March, 4:00 pm)." in page.text
    assert page.facts[0]["slot"] == "2027-03-12T16:00:00-05:00"
    assert Receipt.objects.filter(appointment_id=visit.pk).latest("chain_index").claims.event == "moved"


def test_the_same_press_twice_is_one_move(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    answers = [patient.post(address(visit, "move/"), fields) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert Event.objects.filter(subject_id=visit.pk, kind="appointment.moved").count() == 1


def test_a_move_ends_the_hold_that_kept_its_time(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    assert not Checkout.objects.live(cast.now).exists()


def test_an_old_press_sent_again_says_how_the_visit_stands_now(cast: Cast, patient: Client) -> None:
    visit, first, second = cast.book(), free_slot(cast, days=9), free_slot(cast, days=10)
    fields = read(look(patient, visit, value_of(first))).fields
    patient.post(address(visit, "move/"), fields)
    press_move(patient, visit, value_of(second))
    answer = patient.post(address(visit, "move/"), fields)
    assert answer.status_code == 303
    assert live(visit).starts_at == second.starts_at


def test_a_second_tab_says_that_the_visit_was_moved_meanwhile_before_it_moves_it(cast: Cast, patient: Client) -> None:
    visit, first, second = cast.book(), free_slot(cast, days=9), free_slot(cast, days=10)
    tabs = [read(look(patient, visit, value_of(slot))).fields for slot in (first, second)]
    assert patient.post(address(visit, "move/"), tabs[0]).status_code == 303
    answer = patient.post(address(visit, "move/"), tabs[1])
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert "It was moved meanwhile to Fri 12 March, 4:00 pm (New York time)" in page.text
    assert page.facts[0]["slot"] == "2027-03-12T16:00:00-05:00"
    assert live(visit).starts_at == first.starts_at
    assert patient.post(address(visit, "move/"), tabs[0]).status_code == 303
    assert patient.post(address(visit, "move/"), page.fields).status_code == 303
    assert live(visit).starts_at == second.starts_at
    assert Slot.objects.get(pk=first.pk).status == Slot.Status.FREE


def test_a_move_inside_the_late_window_shows_what_it_takes_along(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(days=1), free_slot(cast, days=9)
    later(cast.now + timedelta(minutes=1))
    assert "Moving is free. A cancel after it costs at least $25.00." in read(patient.get(address(visit, "move/"))).text
    review = read(look(patient, visit, value_of(slot)))
    assert "Moving is free. A cancel after it costs at least $25.00" in review.text
    assert "Free cancelling of the time you have now ended Wed 3 March, 4:00 pm" in review.text
    assert review.fields["confirm"] == "2500"
    assert patient.post(address(visit, "move/"), review.fields).status_code == 303
    page = read(patient.get(address(visit, "cancellation/")))
    assert page.facts[0]["fee-minor"] == "2500"
    assert read(press_cancel(patient, visit)).text == ""
    assert live(visit).fee_minor == 2500


def test_a_second_move_after_a_late_one_names_no_moment_at_which_it_was_still_free(
    cast: Cast, patient: Client, later
) -> None:
    visit, slots = cast.book(days=1), [free_slot(cast, days=days) for days in (9, 10)]
    later(cast.now + timedelta(minutes=1))
    press_move(patient, visit, value_of(slots[0]))
    review = read(look(patient, visit, value_of(slots[1])))
    assert "Free cancelling had ended when this visit was moved, so the fee went along." in review.text
    assert "Free cancelling of the time you have now ended" not in review.text


def test_a_fee_that_rose_between_list_and_press_is_shown_first(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(days=1), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    assert fields["confirm"] == "0"
    later(cast.now + timedelta(minutes=1))
    answer = patient.post(address(visit, "move/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (409, "Your visit is still booked")
    assert "would now cost at least $25.00" in page.text
    assert stands(visit)
    assert page.fields["confirm"] == "2500"
    assert patient.post(address(visit, "move/"), page.fields).status_code == 303


def test_a_time_that_was_taken_meanwhile_brings_the_nearest_others_and_keeps_what_was_written(
    cast: Cast, patient: Client, later
) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    cast.now += timedelta(minutes=11)
    later(cast.now)
    cast.book(slots=[slot])
    answer = patient.post(address(visit, "move/"), {**fields, "note": "by bus"})
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert "That time is not open any more. Nothing was changed." in page.text
    assert "The nearest other times" in page.text
    assert page.choices[0].startswith("2027-03-12T14:40:00-05:00")
    assert page.fields["note"] == "by bus"
    assert stands(visit)


def test_what_was_typed_is_kept_for_who_must_sign_in_first(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    nobody = Client()
    answer = nobody.post(address(visit, "move/"), {**fields, "note": "typed"})
    assert answer.status_code == 303
    nobody.force_login(cast.patient_user)
    page = read(nobody.get(address(visit, "move/")))
    assert page.fields["note"] == "typed"
    assert stands(visit)


def test_who_moved_it_when_and_by_which_door_stands_on_the_visits_page(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    assert "Moved" not in read(patient.get(address(visit))).text
    move_appointment(
        ref=visit.reference,
        slot_ids=[slot.pk],
        actor=cast.staff,
        door=Door.DESK,
        accepted_fee=0,
        idempotency_key="",
        now=cast.now,
    )
    text = read(patient.get(address(visit))).text
    assert (
        "Moved Wed 3 March, 4:00 pm, by the practice, at the practice’s desk (before: Wed 10 March, 4:00 pm)." in text
    )


def test_the_calendar_file_keeps_its_uid_and_raises_its_sequence(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    text = patient.get(address(visit, "visit.ics")).content.decode()
    (event,) = IcsCalendarStream.calendar_from_ics(text).events
    assert (event.uid, event.sequence, event.dtstart) == (visit.ical_uid, 1, slot.starts_at)


def test_after_an_undo_the_result_is_no_move_any_more(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    press_cancel(patient, visit)
    patient.post(address(visit, "undo/"))
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is booked"
    assert "taken back" in page.text
