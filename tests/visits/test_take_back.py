"""After the undo window: the time can still be had back, until somebody else has it."""

import uuid
from datetime import timedelta

from freeslot.receipts.models import Receipt
from freeslot.scheduling.operations.hold import hold_slots
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import status

OVER = timedelta(minutes=11)


def test_while_nobody_has_taken_the_time_it_is_taken_back_with_one_press(cast, patient, later):
    visit = cast.book()
    press_cancel(patient, visit)
    assert "Take it back" not in read(patient.get(address(visit, "receipt/"))).buttons, "there is Undo"
    later(cast.now + OVER)
    page = read(patient.get(address(visit, "receipt/")))
    assert "Nobody has taken this time yet." in page.text
    assert "Take it back" in page.buttons
    answer = patient.post(address(visit, "take-back/"))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "receipt/"))
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is booked"
    assert "Take it back" not in page.buttons
    assert Receipt.objects.filter(appointment_id=visit.pk).latest("chain_index").claims.event == "undone"


def test_an_undo_that_comes_too_late_is_pointed_to_it(cast, patient, later):
    visit = cast.book()
    press_cancel(patient, visit)
    later(cast.now + OVER)
    answer = patient.post(address(visit, "undo/"))
    page = read(answer)
    assert answer.status_code == 422
    assert page.heading == "Your visit is cancelled"
    assert "The time to undo it has ended." in page.text
    assert "Take it back" in page.buttons


def test_once_somebody_has_the_time_it_is_neither_offered_nor_given(cast, patient, later):
    visit = cast.book()
    slot = visit.slots.get()
    press_cancel(patient, visit)
    later(cast.now + OVER)
    hold_slots(slot_ids=[slot.pk], holder=uuid.uuid4(), length=timedelta(hours=1), now=cast.now + OVER)
    assert "Take it back" not in read(patient.get(address(visit, "receipt/"))).buttons
    answer = patient.post(address(visit, "take-back/"))
    page = read(answer)
    assert answer.status_code == 422
    assert "The time to undo it has ended, so it stays cancelled. Call the practice to book again." in page.text
    assert status(visit) == "cancelled"


def test_reading_the_address_takes_nothing_back_and_a_stranger_finds_nothing(cast, patient, sign_in, later):
    visit = cast.book()
    press_cancel(patient, visit)
    later(cast.now + OVER)
    assert patient.get(address(visit, "take-back/")).headers["Location"] == address(visit, "receipt/")
    assert sign_in(cast.stranger_user).post(address(visit, "take-back/")).status_code == 404
    assert status(visit) == "cancelled"
