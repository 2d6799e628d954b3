"""After the cancel: undo, release, and what Back and reloading show."""

import uuid
from datetime import timedelta

import pytest

from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.release import release_lapsed
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import live


def test_undo_is_offered_with_its_clock_time_and_takes_the_cancel_back(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    page = read(patient.get(address(visit, "receipt/")))
    assert "Your time is kept until 4:10 pm (New York time)." in page.text
    answer = patient.post(address(visit, "undo/"))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "receipt/"))
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is booked"
    assert "The cancel was taken back Wed 3 March, 4:00 pm." in page.text
    assert live(visit).status == "booked"


def test_the_visits_own_page_offers_undo_too(cast, patient, later):
    visit = cast.book()
    press_cancel(patient, visit)
    page = read(patient.get(address(visit)))
    assert "Your time is kept until 4:10 pm (New York time)." in page.text
    assert "Undo" in page.buttons
    later(cast.now + timedelta(minutes=10))
    assert "Undo" not in read(patient.get(address(visit))).buttons


def test_back_after_undo_never_says_cancelled(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    receipt = patient.get(address(visit, "receipt/"))
    assert receipt.headers["Cache-Control"] == "no-store"
    patient.post(address(visit, "undo/"))
    assert read(patient.get(address(visit, "receipt/"))).heading == "Your visit is booked"


def test_the_cancel_sent_again_after_an_undo_shows_the_live_state(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    patient.post(address(visit, "cancellation/"), fields)
    patient.post(address(visit, "undo/"))
    answer = patient.post(address(visit, "cancellation/"), fields)
    assert answer.status_code == 303
    assert read(patient.get(answer.headers["Location"])).heading == "Your visit is booked"


def test_a_second_undo_finds_the_visit_booked(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    answers = [patient.post(address(visit, "undo/")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]


def test_undo_after_its_window_says_so_and_how_it_stands(cast, patient, later):
    visit = cast.book()
    press_cancel(patient, visit)
    later(cast.now + timedelta(minutes=10))
    release_lapsed(now=cast.now + timedelta(minutes=10))
    answer = patient.post(address(visit, "undo/"))
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is cancelled")
    assert "The time to undo it has ended" in page.text
    assert "Undo" not in page.buttons
    assert "(212) 555-0142" in page.text


def test_the_last_moment_of_the_window_still_undoes(cast, patient, later):
    visit = cast.book()
    press_cancel(patient, visit)
    later(cast.now + timedelta(minutes=10) - timedelta(microseconds=1))
    assert patient.post(address(visit, "undo/")).status_code == 303
    assert live(visit).status == "booked"


def test_the_time_can_be_freed_at_once(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    assert patient.post(address(visit, "release/")).status_code == 303
    assert Slot.objects.get(starts_at=visit.starts_at).status == "free"
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is cancelled"
    assert "The time was freed for someone else." in page.text
    assert "Take it back" in page.buttons, "nobody has it yet"
    hold_slots(slot_ids=[slot.pk for slot in Slot.objects.filter(starts_at=visit.starts_at)], holder=uuid.uuid4(),
               length=timedelta(hours=1), now=cast.now)  # fmt: skip
    page = read(patient.get(address(visit, "receipt/")))
    assert "The time was freed for someone else, so this cannot be taken back." in page.text
    assert "Undo" not in page.buttons
    assert patient.post(address(visit, "release/")).status_code == 303


def test_a_booked_visits_time_cannot_be_freed(cast, patient):
    visit = cast.book()
    answer = patient.post(address(visit, "release/"))
    assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked")


def test_what_the_practice_cancelled_offers_no_undo(cast, patient):
    visit = cast.book()
    cancel_appointment(
        ref=visit.reference, actor=cast.staff, door=Door.DESK, reason="", note="", accepted_fee=0,
        idempotency_key="", now=cast.now,
    )  # fmt: skip
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is cancelled"
    assert "Undo" not in page.buttons
    assert "by the practice, at the practice’s desk" in page.text
    assert patient.post(address(visit, "undo/")).status_code == 422


@pytest.mark.parametrize("name", ["undo/", "release/", "resend/"])
def test_an_address_for_presses_leads_to_the_page_with_the_buttons_and_changes_nothing(cast, patient, name):
    visit = cast.book()
    press_cancel(patient, visit)
    answer = patient.get(address(visit, name))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "receipt/"))
    assert (live(visit).status, live(visit).released_at) == ("cancelled", None)


def test_someone_who_said_they_are_ill_reads_whom_to_call(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit, reason="ill")
    page = read(patient.get(address(visit, "receipt/")))
    assert "You said that you feel ill" in page.text
    assert ("tel:911", "911") in page.links
