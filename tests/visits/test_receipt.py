"""The receipt's page and files, and the calendar file of a visit."""

import icalendar
from django.urls import reverse

from freeslot.receipts.models import Receipt
from tests.visits.pages import address, press_cancel, read


def test_receipt_and_number_stand_on_the_page_and_in_the_files(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    receipt = Receipt.objects.latest("chain_index")
    page = read(patient.get(address(visit, "receipt/")))
    assert receipt.number in page.text
    data = patient.get(address(visit, "receipt.json")).json()
    assert data == {"token": receipt.token, "claims": receipt.payload}
    pdf = patient.get(address(visit, "receipt.pdf"))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.headers["Content-Disposition"] == f'attachment; filename="{receipt.number}.pdf"'


def test_before_the_first_receipt_the_page_says_that_it_is_coming(cast, patient):
    visit = cast.book()
    assert "It is being written." in read(patient.get(address(visit, "receipt/"))).text
    assert patient.get(address(visit, "receipt.json")).status_code == 404
    assert patient.get(address(visit, "receipt.pdf")).status_code == 404


def test_what_was_sent_is_listed_and_says_where_to_look(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    page = read(patient.get(address(visit, "receipt/")))
    assert "E-mail to m•••@example.org" in page.text
    assert "Look in your spam folder for" in page.text


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


def test_a_message_can_only_be_sent_again_by_who_may_see_the_visit(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    answer = patient.post(address(visit, "resend/"), {"message": "not an id"})
    assert answer.status_code == 404
    answer = patient.post(address(visit, "resend/"), {"message": "01a20574-0000-7000-8000-000000000000"})
    assert answer.headers["Location"].startswith(reverse("receipt", args=[visit.reference]))
