"""Bad input gets a clear answer, changes nothing, and nothing typed is lost."""

import pytest

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.cancel import LONGEST_NOTE
from tests.support.cast import make_cast
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import status

MALFORMED = ["FS-7K3M-92QE", "nonsense", "FS-7K3M-92Q", "' OR 1=1", "%00", "FS-7K3M-92QD" * 9]


def test_a_malformed_reference_is_a_page_that_is_not_there(cast, patient):
    pages = ["", "cancellation/", "receipt/", "receipt.json", "visit.ics"]
    answers = [patient.get(f"/appointments/{ref}/{page}") for ref in MALFORMED for page in pages]
    assert {answer.status_code for answer in answers} == {404}


def test_a_reference_is_taken_as_people_type_it(cast, patient):
    visit = cast.book()
    typed = visit.reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    answer = patient.get(f"/appointments/{typed}/cancellation/")
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "cancellation/"))


@pytest.mark.parametrize(
    "fee", ["free", "-1", "2147483648", "1e3", "25.5", "2500.0", " 2500", "２５００", "٢٥٠٠٠٠٠٠٠٠٠", "9" * 400]
)
def test_a_fee_that_is_no_amount_is_refused(cast, patient, fee):
    visit = cast.book(days=0)
    answer = press_cancel(patient, visit, confirm=fee)
    assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked")
    assert status(visit) == "booked"


def test_a_late_press_that_names_no_fee_is_not_said_to_have_seen_another(cast, patient):
    visit = cast.book(days=0)
    answer = patient.post(address(visit, "cancellation/"), {})
    page = read(answer)
    assert (answer.status_code, page.heading, page.fields["confirm"]) == (409, "Your visit is still booked", "2500")
    assert "This page was not as we had sent it." in page.text
    assert status(visit) == "booked"


@pytest.mark.parametrize("key", ["k" * 65, "a b", "k\u202e", "<script>", "k\x00", "ключ"])
def test_a_key_that_is_none_is_refused_and_replaced(cast, patient, key):
    visit = cast.book()
    answer = press_cancel(patient, visit, key=key)
    assert answer.status_code == 422
    assert read(answer).fields["key"].isalnum()
    assert status(visit) == "booked"


def test_a_key_of_another_visit_is_refused_and_replaced(cast, patient):
    first, second = cast.book(), cast.book()
    press_cancel(patient, first, key="same", which=first.reference)
    answer = press_cancel(patient, second, key="same")
    assert answer.status_code == 422
    assert read(answer).fields["key"] != "same"
    assert status(second) == "booked"


@pytest.mark.parametrize("reason", ["pat-dec", "x" * 25, "<b>", "\u202e", "\x00"])
def test_a_reason_that_is_not_offered_is_refused(cast, patient, reason):
    visit = cast.book()
    answer = press_cancel(patient, visit, reason=reason, note="kept")
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert page.fields["note"] == "kept"
    assert "Choose one of the reasons in the list." in page.text
    assert status(visit) == "booked"


def test_a_reason_that_is_required_is_asked_for(clock, db, sign_in):
    cast = make_cast(rules={"reason": "required"})
    visit, client = cast.book(), sign_in(cast.patient_user)
    answer = press_cancel(client, visit)
    assert answer.status_code == 422
    assert "Choose why you are cancelling." in read(answer).text
    assert press_cancel(client, visit, reason="ill").status_code == 303


def test_a_reason_where_none_is_asked_is_refused_in_words(clock, db, sign_in):
    cast = make_cast(rules={"reason": "off"})
    visit, client = cast.book(), sign_in(cast.patient_user)
    assert press_cancel(client, visit, reason="ill").status_code == 422
    assert press_cancel(client, visit).status_code == 303


@pytest.mark.parametrize("review", ["refund", "1", "\x00"])
def test_a_review_for_an_unknown_cause_is_refused(cast, patient, review):
    visit = cast.book(days=0)
    assert press_cancel(patient, visit, review=review).status_code == 422
    assert status(visit) == "booked"


NOTES = {
    "markup": "<script>alert(1)</script> & <b>bold</b>",
    "right to left": "abc \u202e reversed \u2066 isolated \u200f",
    "control characters": "bell \x07 escape \x1b[31m tab \t",
    "headers": "Subject: x\nBcc: everyone@example.org",
    "other scripts": "أنا مريض 我病了 🙂",
    "as long as can be": "ä" * LONGEST_NOTE,
    "blank ends": "  kept  ",
}


@pytest.mark.parametrize("note", NOTES.values(), ids=NOTES.keys())
def test_a_note_is_stored_as_typed_and_shown_as_text(cast, patient, note):
    visit = cast.book()
    assert press_cancel(patient, visit, note=note).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).note == note
    page = patient.get(address(visit, "receipt/")).content.decode()
    assert "<script>alert" not in page
    assert "<b>bold" not in page


def test_nul_which_no_database_keeps_is_left_out_of_a_note(cast, patient):
    visit = cast.book()
    assert press_cancel(patient, visit, note="a\x00b").status_code == 303
    assert Appointment.objects.get(pk=visit.pk).note == "ab"


def test_a_note_beyond_the_limit_is_refused_and_kept_in_the_form(cast, patient):
    visit, note = cast.book(), "n" * (LONGEST_NOTE + 1)
    answer = press_cancel(patient, visit, note=note)
    page = read(answer)
    assert (answer.status_code, page.fields["note"]) == (422, note)
    assert "This is 10001 characters long. Please keep it to 10000." in page.text
    assert status(visit) == "booked"


def test_lines_are_counted_once_whatever_the_browser_sends(cast, patient):
    visit = cast.book()
    assert press_cancel(patient, visit, note="a\r\n" * (LONGEST_NOTE // 2)).status_code == 303


def test_a_press_of_many_megabytes_is_refused(cast, patient):
    visit = cast.book()
    answer = patient.post(
        address(visit, "cancellation/"), {"note": "n" * 3_000_000}, "application/x-www-form-urlencoded"
    )
    assert answer.status_code in {400, 422}
    assert status(visit) == "booked"


def test_the_note_goes_into_no_event(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit, note="private words")
    assert "private words" not in str(list(Event.objects.values_list("data", flat=True)))
