"""A stranger scans the code on a receipt, or pastes it, and reads what it proves, with and without scripts."""

import re

import pytest
from playwright.sync_api import expect

from freeslot.receipts.issue import receipt_for
from freeslot.receipts.qr import check_address
from tests.receipts.acts import cancel, make_cast
from tests.support.browser import assert_accessible

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def receipt(live_server, settings):
    settings.BASE_URL = live_server.url
    cast = make_cast()
    return receipt_for(cancel(cast, cast.book(days=0)))


@pytest.mark.parametrize("dark", [False, True])
def test_a_scanned_code_shows_the_answer_at_once(open_page, receipt, dark):
    page = open_page(dark=dark)
    seen = []
    page.on("request", lambda request: seen.append(request.url + (request.headers.get("referer") or "")))
    page.goto(check_address(receipt.token))
    page.get_by_role("heading", name="This receipt is right").wait_for()
    expect(page.get_by_text(f"Visit {receipt.claims.reference} was cancelled.")).to_be_visible()
    expect(page).to_have_url(re.compile("/receipts/verify/$"))
    assert [url for url in seen[1:] if receipt.token[:40] in url] == []
    assert_accessible(page)


def test_an_address_pasted_over_the_open_pages_own_is_checked_too(open_page, receipt, live_server):
    page = open_page()
    page.goto(f"{live_server.url}/receipts/verify/")
    page.goto(check_address(receipt.token))  # the same page but for what is behind the #, so nothing is loaded
    page.get_by_role("heading", name="This receipt is right").wait_for()


def test_without_scripts_the_address_is_pasted(open_page, receipt):
    page = open_page(scripts=False, phone=False)
    page.goto(check_address(receipt.token))
    page.get_by_label("Receipt as text").fill(page.url)
    page.get_by_role("button", name="Check this receipt").click()
    expect(page.get_by_role("heading", name="This receipt is right")).to_be_visible()
    assert_accessible(page)


def test_a_code_that_was_damaged_says_so(open_page, receipt):
    page = open_page()
    page.goto(check_address(receipt.token[:-9]) + "%E0%A4%A")
    page.get_by_role("heading", name="This cannot be confirmed").wait_for()
    assert_accessible(page)


def test_the_empty_page_is_accessible(open_page, live_server):
    page = open_page()
    page.goto(f"{live_server.url}/receipts/verify/#content")
    expect(page.get_by_label("Receipt as text")).to_have_value("")
    assert_accessible(page)
    page.get_by_role("button", name="Check this receipt").click()
    expect(page.get_by_role("alert").get_by_text("Paste the receipt, or choose its file.")).to_be_visible()
    assert_accessible(page)
