"""The receipt on paper carries its own proof, for a scanner, a reader of PDF and a person, in any script."""

import io
import logging
from datetime import timedelta

import pytest
import time_machine
import zxingcpp
from PIL import Image
from pypdf import PdfReader, PdfWriter

from freeslot.receipts import fonts, keys
from freeslot.receipts.attach import attachments_for, number_for, pdf_of
from freeslot.receipts.fonts import drawable
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.qr import check_address, qr_of, qr_svg
from freeslot.receipts.reading import NotConfirmed, Problem, token_in
from freeslot.receipts.verify import check
from tests.receipts.acts import booked, cancel, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def receipt(cast):
    return receipt_for(cancel(cast, cast.book(days=0)))


def words_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_pdf_is_proof_by_itself(receipt):
    checked = check(pdf_of(receipt, "en"), keys.jwks())
    assert (checked.problem, checked.token) == (None, receipt.token)


def test_another_process_prints_the_same_bytes_on_another_day(cast, receipt):
    """A mail that is sent once more after a kill is then the same mail."""
    first = pdf_of(receipt, "en")
    fonts.files.cache_clear()
    with time_machine.travel(cast.now + timedelta(days=1)):
        assert pdf_of(receipt, "en") == first


def test_the_code_on_the_paper_leads_to_the_check_with_the_receipt_in_it(receipt, settings):
    (page,) = PdfReader(io.BytesIO(pdf_of(receipt, "en"))).pages
    (drawing,) = page.images
    (code,) = zxingcpp.read_barcodes(drawing.image)
    assert code.text == f"{settings.BASE_URL}/receipts/verify/#{receipt.token}"
    assert token_in(code.text) == receipt.token


def test_the_code_on_the_page_is_the_same(receipt):
    drawing = io.BytesIO()
    qr_of(receipt.token).save(drawing, kind="png", scale=3, border=4)
    (code,) = zxingcpp.read_barcodes(Image.open(drawing))
    assert code.text == check_address(receipt.token)
    svg = qr_svg(receipt.token)
    assert svg.startswith('<svg role="img" viewBox=')
    assert "<title>Code to check the receipt</title>" in svg
    assert "style=" not in svg


def test_the_paper_says_in_words_what_was_signed(cast, receipt):
    words = words_of(pdf_of(receipt, "en"))
    expected = [
        f"Visit {receipt.claims.reference} was cancelled.",
        "Elm Street Practice",
        "Dr. Amara Osei",
        "The fee is $25.00.",
        "the patient",
        "on the practice’s portal",
        "version 1",
        receipt.number,
        "number 2",
        "After that the fee is $25.00.",
        "http://",
    ]
    assert [each for each in expected if each not in words] == []
    assert "Maria" not in words


def test_it_is_one_page_that_names_its_language_and_no_person(receipt):
    document = PdfReader(io.BytesIO(pdf_of(receipt, "es")))
    assert len(document.pages) == 1
    assert document.trailer["/Root"]["/Lang"] == "es"
    assert document.metadata.title.endswith(receipt.number)
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]


@pytest.mark.parametrize(("country", "width"), [("US", 612), ("DE", 595)])
def test_the_paper_is_the_countrys(country, width):
    cast = make_cast(country=country)
    pdf = pdf_of(receipt_for(booked(cast.book())), "en")
    assert round(PdfReader(io.BytesIO(pdf)).pages[0].mediabox.width) == width


def test_the_same_receipt_gives_the_same_paper(receipt):
    assert pdf_of(receipt, "en") == pdf_of(receipt, "en")


def test_the_token_is_found_where_the_attachment_was_dropped(receipt):
    document = PdfReader(io.BytesIO(pdf_of(receipt, "en")))
    writer = PdfWriter()
    writer.add_page(document.pages[0])
    writer.add_metadata({"/Keywords": document.metadata.keywords})
    saved = io.BytesIO()
    writer.write(saved)
    assert token_in(saved.getvalue()) == receipt.token


def test_a_pdf_without_a_receipt_is_said_to_have_none():
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.metadata = None
    saved = io.BytesIO()
    writer.write(saved)
    with pytest.raises(NotConfirmed) as caught:
        token_in(saved.getvalue())
    assert caught.value.problem is Problem.NOTHING


def test_a_pdf_behind_a_password_cannot_be_read(receipt):
    writer = PdfWriter(clone_from=io.BytesIO(pdf_of(receipt, "en")))
    writer.encrypt("secret", algorithm="RC4-128")
    saved = io.BytesIO()
    writer.write(saved)
    with pytest.raises(NotConfirmed) as caught:
        token_in(saved.getvalue())
    assert caught.value.problem is Problem.UNREADABLE


def test_names_in_any_script_are_drawn_and_none_reaches_the_log(caplog):
    cast = make_cast(name="Ñandú Żółć Ιατρείο Клиника مستشفى בית კლინიკა คลินิก 王小明\u202e🙂")
    receipt = receipt_for(booked(cast.book()))
    with caplog.at_level(logging.WARNING):
        words = words_of(pdf_of(receipt, "en"))
    assert "Клиника" in words
    assert caplog.messages == []


def test_what_cannot_be_drawn_is_a_box_and_what_steers_the_printer_is_dropped():
    assert drawable("王 a\u202eb\x00\tc\u00a0d e\u0301 🙂") == "▯ ab c\u00a0d é ▯"
    assert drawable("קליניקה 12") == "12 הקינילק"


def test_by_mail_a_practice_with_an_alias_is_named_by_it_alone(cast):
    cast.practice.neutral_alias = "Elm"
    cast.practice.save()
    visit = cast.book()
    event = booked(visit)
    [(_name, _type, by_mail)] = attachments_for(event, "en")
    told = [cast.practice.name, visit.practitioner.name]
    saved = words_of(pdf_of(receipt_for(event), "en"))
    assert [words in words_of(by_mail) for words in told] == [False, False]
    assert [words in saved for words in told] == [True, True]
    assert "Elm" in words_of(by_mail)


def test_a_message_gets_the_pdf_of_its_own_event_and_its_number(cast):
    visit = cast.book()
    first, event = booked(visit), cancel(cast, visit)
    ((name, media_type, content),) = attachments_for(first, "en")
    receipt = receipt_for(first)
    assert (name, media_type) == (f"receipt-{receipt.number}.pdf", "application/pdf")
    assert token_in(content) == receipt.token
    assert number_for(event) == receipt_for(event).number


def test_an_event_without_a_receipt_attaches_nothing(cast):
    event = booked(cast.book())
    event.kind = "appointment.released"
    assert (attachments_for(event, "en"), number_for(event)) == ([], None)
