"""Anyone checks a receipt on the open page: it says what is proved, what is not, and what came later."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from freeslot.receipts import keys
from freeslot.receipts.answers import as_json
from freeslot.receipts.attach import pdf_of
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt
from freeslot.receipts.qr import check_address
from freeslot.receipts.reading import LARGEST
from tests.receipts import forged
from tests.receipts.acts import booked, cancel, make_cast, undo

pytestmark = pytest.mark.django_db

ADDRESS = "/receipts/verify/"


@pytest.fixture
def cast():
    return make_cast()


def answer(client, receipt="", file=""):
    response = client.post(ADDRESS, {"receipt": receipt, "file": file})
    return response.status_code, " ".join(response.content.decode().split())


def test_the_page_asks_for_a_receipt_and_promises_nothing_else(client):
    response = client.get(ADDRESS)
    page = response.content.decode()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert 'name="receipt"' in page
    assert f'action="{ADDRESS}"' in page
    assert "/.well-known/jwks.json" in page
    assert "/static/receipts/verify.js" in page
    assert "Paste the receipt, or choose its file." in page
    assert "(optional)" not in page


def test_an_address_with_the_receipt_in_its_query_is_not_read(client, cast):
    receipt = receipt_for(booked(cast.book()))
    assert receipt.number not in client.get(ADDRESS, {"receipt": receipt.token}).content.decode()


def test_the_latest_receipt_is_confirmed_in_words(client, cast):
    visit = cast.book(days=0)
    receipt_for(booked(visit))
    status, page = answer(client, receipt_for(cancel(cast, visit)).token)
    assert status == 200
    expected = [
        "This receipt is right",
        f"Visit {visit.reference} was cancelled. The fee is $25.00. It is the latest receipt of this visit.",
        "Elm Street Practice",
        "What this proves",
        "What it does not prove",
        'data-event="cancelled"',
        'data-holds="yes"',
    ]
    assert [each for each in expected if each not in page] == []
    assert "nothing happened later" not in page


def test_an_older_receipt_shows_what_came_later(client, cast):
    visit = cast.book()
    cancelled = receipt_for(cancel(cast, visit))
    later = receipt_for(undo(cast, visit))
    status, page = answer(client, cancelled.token)
    assert status == 200
    assert "This receipt is right, but not the latest" in page
    assert f"The cancel of visit {visit.reference} was taken back." in page
    assert f"See receipt {later.number}." in page
    assert "panel-late" in page
    assert "nothing happened later" not in page


def test_a_receipt_that_our_books_lack_is_not_simply_confirmed(client, cast):
    receipt = receipt_for(booked(cast.book()))
    token = receipt.token
    Receipt.objects.all().delete()
    status, page = answer(client, token)
    assert status == 200
    assert "The signature is right" in page
    assert "But it is not in the books here. Call the practice before you rely on it." in page
    assert cast.practice.slug in page


def test_the_file_the_pdf_and_the_codes_address_are_all_taken(client, cast):
    receipt = receipt_for(booked(cast.book()))
    as_file = SimpleUploadedFile("receipt.json", json.dumps(as_json(receipt)).encode())
    as_pdf = SimpleUploadedFile("receipt.pdf", pdf_of(receipt, "en"), content_type="application/pdf")
    answers = [
        answer(client, check_address(receipt.token)),
        answer(client, file=as_file),
        answer(client, file=as_pdf),
    ]
    assert [(status, receipt.number in page) for status, page in answers] == [(200, True)] * 3


def test_a_file_may_come_as_the_one_field_that_outsiders_know(client, cast):
    receipt = receipt_for(booked(cast.book()))
    as_pdf = SimpleUploadedFile("receipt.pdf", pdf_of(receipt, "en"), content_type="application/pdf")
    response = client.post(ADDRESS, {"receipt": as_pdf})
    assert (response.status_code, receipt.number in response.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("receipt", "said"),
    [
        ("R-8DWE-6TNP", "There is no receipt in this."),
        ("eyJhbGciOiJub25lIn0.e30.", "it is not a receipt of a visit"),
        ("<script>alert(1)</script>", "There is no receipt in this."),
        ("a\x00b", "Null characters are not allowed."),
        ("   ", "Paste the receipt, or choose its file."),
    ],
)
def test_bad_input_gets_a_clear_answer(client, receipt, said):
    status, page = answer(client, receipt)
    assert status == 422
    assert said in page
    assert "<script>alert" not in page


def test_a_changed_receipt_is_refused_and_nothing_of_it_is_shown(client, cast):
    receipt = receipt_for(booked(cast.book()))
    status, page = answer(client, forged.with_payload(receipt, reference="FS-FORGED"))
    assert status == 422
    assert "The signature does not fit" in page
    assert "FS-FORGED" not in page
    assert 'data-holds="no"' in page


@pytest.mark.parametrize("claims", [{}, 7, "cancelled", {"event": "booked"}])
def test_words_that_were_changed_beside_a_right_signature_are_refused(client, cast, claims):
    receipt = receipt_for(booked(cast.book()))
    status, page = answer(client, json.dumps({"token": receipt.token, "claims": claims}))
    assert status == 422
    assert "The text beside the signature was changed" in page
    assert 'data-holds="no"' in page


def test_a_file_that_is_too_large_or_empty_is_told_so(client):
    large = SimpleUploadedFile("receipt.pdf", b"%PDF-" + b"a" * LARGEST)
    assert "larger than any receipt" in answer(client, file=large)[1]
    assert answer(client, file=SimpleUploadedFile("empty.txt", b""))[0] == 422


def test_other_methods_are_refused(client):
    assert client.put(ADDRESS).status_code == 405
    assert client.post(reverse("receipts:jwks")).status_code == 405


def test_a_foreign_site_cannot_press_for_the_visitor(cast):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post(ADDRESS, {"receipt": "x"}).status_code == 403


def test_every_origin_may_fetch_the_keys_and_keep_them_a_while(client, cast):
    receipt_for(booked(cast.book()))
    response = client.get("/.well-known/jwks.json")
    assert response.json() == keys.jwks()
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=300"


def test_a_check_costs_the_same_few_statements_however_long_the_chain_is(client, cast, django_assert_num_queries):
    visit = cast.book()
    first = receipt_for(booked(visit))
    for key in ("a", "b"):
        receipt_for(cancel(cast, visit, idempotency_key=key))
        receipt_for(undo(cast, visit))
    with django_assert_num_queries(3):
        answer(client, first.token)


def test_the_page_speaks_the_readers_language(client, cast):
    visit = cast.book()
    receipt = receipt_for(booked(visit))
    page = client.post(ADDRESS, {"receipt": receipt.token}, headers={"Accept-Language": "es"}).content.decode()
    assert '<html lang="es"' in page
    assert "hora de Nueva York" in page
