"""The receipt's page and files, and the calendar file of a visit."""

from datetime import timedelta

import icalendar
import pytest

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import Door, account
from freeslot.scheduling.operations.undo import undo_cancel
from tests.visits.pages import address, press_cancel, read


def test_receipt_and_number_stand_on_the_page_and_in_the_files(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    receipt = Receipt.objects.latest("chain_index")
    page = read(patient.get(address(visit, "receipt/")))
    assert receipt.number in page.text
    data = patient.get(address(visit, "receipt.json"))
    assert data.json() == {"token": receipt.token, "claims": receipt.payload}
    assert data.headers["Content-Disposition"] == f'attachment; filename="{receipt.number}.json"'
    pdf = patient.get(address(visit, "receipt.pdf"))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="{receipt.number}.pdf"'


def test_before_the_first_receipt_the_page_says_that_it_is_coming(cast, patient):
    visit = cast.book()
    assert "It is being written." in read(patient.get(address(visit, "receipt/"))).text
    assert patient.get(address(visit, "receipt.json")).status_code == 404
    assert patient.get(address(visit, "receipt.pdf")).status_code == 404


def test_what_is_on_its_way_is_listed_and_nobody_is_sent_to_look_for_it_yet(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    page = read(patient.get(address(visit, "receipt/")))
    assert "E-mail to m•••@example.org on its way" in page.text
    assert "See whether it has gone out" in page.text
    assert "spam folder" not in page.text


def test_the_calendar_file_is_the_visit_in_its_live_state(cast, patient):
    visit = cast.book()
    booked = event_of(patient.get(address(visit, "visit.ics")))
    assert (str(booked["UID"]), str(booked["STATUS"])) == (visit.ical_uid, "CONFIRMED")
    assert booked["DTSTART"].dt == visit.starts_at
    assert "Check-up" not in str(booked["SUMMARY"])
    press_cancel(patient, visit)
    cancelled = event_of(patient.get(address(visit, "visit.ics")))
    assert str(cancelled["STATUS"]) == "CANCELLED"
    assert cancelled["SEQUENCE"] > booked["SEQUENCE"]


def event_of(response) -> icalendar.Event:
    return icalendar.Calendar.from_ical(response.content).walk("VEVENT")[0]


@pytest.fixture
def sent(cast, patient, later):
    """A cancel whose mail has gone out an hour ago."""
    visit = cast.book()
    press_cancel(patient, visit)
    while handle_due_events(now=cast.now):
        pass
    Message.objects.update(state=Message.State.SENT, done_at=cast.now, sent_at=cast.now)
    later(cast.now + timedelta(hours=1))
    return visit


def test_a_mail_that_does_not_arrive_can_be_sent_again(cast, patient, sent):
    page = read(patient.get(address(sent, "receipt/")))
    assert "Calendar update sent. Is the visit still there?" in page.text
    assert "Send it again" in page.buttons
    answer = patient.post(address(sent, "resend/"), {"message": page.fields["message"]})
    assert answer.headers["Location"] == address(sent, "receipt/?again=queued#sent")
    assert "It is on its way once more." in read(patient.get(answer.headers["Location"])).text
    again = patient.post(address(sent, "resend/"), {"message": page.fields["message"]})
    assert again.headers["Location"] == address(sent, "receipt/?again=too_soon#sent")


def test_what_has_gone_says_when_and_where_to_look(cast, patient, sent, sign_in, later):
    text = read(patient.get(address(sent, "receipt/"))).text
    assert "sent 4:00 pm New York time Nothing there? Look in your spam folder for" in text
    assert "See whether it has gone out" not in text
    later(cast.now + timedelta(days=1))
    next_day = sign_in(cast.patient_user).get(address(sent, "receipt/"))
    assert "sent Wed 3 March, 4:00 pm New York time" in read(next_day).text


def test_nobody_is_told_to_delete_a_visit_that_is_booked(cast, patient, sent):
    undo_cancel(ref=sent.reference, actor=account(cast.patient_user.pk), door=Door.PORTAL, now=cast.now)
    handle_due_events(now=cast.now)
    Message.objects.update(state=Message.State.SENT, done_at=cast.now, sent_at=cast.now)
    page = read(patient.get(address(sent, "receipt/")))
    assert page.heading == "Your visit is booked"
    assert "Is the visit still there?" not in page.text


def test_a_message_is_not_sent_again_for_a_stranger(cast, patient, sent, sign_in):
    message = Message.objects.get(kind="cancelled")
    stranger = sign_in(cast.stranger_user)
    assert stranger.post(address(sent, "resend/"), {"message": str(message.pk)}).status_code == 404
    assert Message.objects.get(pk=message.pk).repeats == 0


def test_a_message_that_is_none_is_answered_in_words(cast, patient, sent):
    assert patient.post(address(sent, "resend/"), {"message": "not an id"}).status_code == 404
    assert patient.post(address(sent, "resend/")).headers["Location"].endswith("?again=unknown#sent")
    answer = patient.post(address(sent, "resend/"), {"message": "01a20574-0000-7000-8000-000000000000"})
    assert "This message cannot be sent again." in read(patient.get(answer.headers["Location"])).text


def test_an_older_receipt_is_not_shown_as_that_of_the_cancel(cast, patient, monkeypatch):
    visit = cast.book()
    receipt_for(Event.objects.get(subject_id=visit.pk))
    monkeypatch.setattr("freeslot.visits.cancelling.prove", lambda _event: None)
    press_cancel(patient, visit)
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is cancelled"
    assert "It is being written. Load this page again in a moment." in page.text
    receipt_for(Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled"))
    assert "Number 2 of this visit’s receipts" in read(patient.get(address(visit, "receipt/"))).text
