"""Booking in a real browser: without scripts on a phone, with scripts on a desktop, and without an account."""

import re
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from freeslot.practices.models import Practitioner, VisitType
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.presence import GRACE
from freeslot.scheduling.tokens import guest_codes_for
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.portal.signing_in import sign_in
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible, assert_fits, double_letters
from tests.support.cast import RULES, Cast

pytestmark = pytest.mark.journey

GUEST = {"given_name": "Ana", "family_name": "Reyes", "birth_date": "7 March 1990", "contact": "ana@example.org"}
ASKS = RULES | {"booking": {"reason": "required", "payer": "optional", "care": {"en": "For everyday illness"}}}


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def look(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def go_to_times(page: Page, site: str, cast: Cast) -> None:
    page.goto(f"{site}/p/{cast.practice.slug}/")
    page.get_by_role("link", name="Book a visit").click()
    heading(page).to_have_text("Book a visit")
    look(page)
    page.get_by_role("button", name="See open times").click()
    heading(page).to_have_text("Choose a time")


def pick_a_time(page: Page) -> str:
    choice = page.locator("[name=time]").nth(3)
    slot = choice.get_attribute("data-slot") or ""
    choice.check()
    page.get_by_role("button", name="Go on with this time").click()
    heading(page).to_have_text("Your details")
    return slot


def test_a_patient_books_on_a_small_phone_without_scripts(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, work: Work, mailbox: Mailbox
) -> None:
    cast = new_cast(rules=ASKS)
    page = open_page(scripts=False, viewport={"width": 320, "height": 568})
    sign_in(page, live_server.url, cast)
    go_to_times(page, live_server.url, cast)
    look(page)
    slot = pick_a_time(page)
    look(page)
    page.locator("form:has(textarea)").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Look at it all").click()
    expect(page.locator("main")).to_contain_text("Write a few words.")
    look(page)
    page.locator("[name=visit_reason]").fill("My knee")
    page.get_by_role("button", name="Look at it all").click()
    heading(page).to_have_text("Book this visit?")
    expect(page.locator("main")).to_contain_text("After that the fee is $25.00.")
    look(page)
    page.get_by_role("button", name="Book this visit").click()
    heading(page).to_have_text("Your visit is booked")
    expect(page.locator("[data-ref]").first).to_have_attribute("data-slot", slot)
    look(page)
    work()
    assert len(mailbox.subjects) == 1


def test_a_long_word_fits_on_a_phone_in_letters_of_double_size(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    VisitType.objects.filter(pk=cast.visit_type.pk).update(name="Physiotherapy")
    page = open_page()
    page.goto(f"{live_server.url}/p/{cast.practice.slug}/book/")
    double_letters(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_with_scripts_a_time_is_kept_on_while_somebody_types_and_a_video_visit_shows_their_clock(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast(rules=RULES | {"booking": {"reason": "optional"}})
    VisitType.objects.update(by_video=True)
    Practitioner.objects.update(video_room="https://video.example.org/osei")
    page = open_page(phone=False, dark=True, zone="America/Los_Angeles")
    sign_in(page, live_server.url, cast)
    go_to_times(page, live_server.url, cast)
    pick_a_time(page)
    checkout = Checkout.objects.get()
    Checkout.objects.update(until=checkout.until - timedelta(minutes=7))
    page.reload()
    with page.expect_response(lambda response: "renew" in (response.request.post_data or "")):
        page.locator("[name=visit_reason]").press_sequentially("Knee")
    expect(page.locator("#hold")).to_contain_text("This time is kept for you until")
    assert Checkout.objects.get().renewals == 1
    expect(page.locator("[name=visit_reason]")).to_have_value("Knee")
    page.get_by_role("button", name="Look at it all").click()
    expect(page.locator("#own-clock")).to_contain_text("Los Angeles time")
    look(page)
    page.get_by_role("button", name="Book this visit").dblclick()
    heading(page).to_have_text("Your visit is booked")
    assert Appointment.objects.count() == 1
    page.get_by_role("link", name="See the visit").click()
    page.get_by_role("link", name="The way into the video visit").click()
    expect(page.locator("main")).to_contain_text("You can come in from")
    look(page)


def test_a_closed_page_gives_its_time_back_and_one_that_is_loaded_anew_or_gone_on_from_keeps_it(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    page = open_page()
    go_to_times(page, live_server.url, cast)
    pick_a_time(page)
    expect(page.locator("#hold")).to_have_attribute("data-page", "1")
    before = Checkout.objects.get().until
    page.reload()
    expect(page.locator("#hold")).to_have_attribute("data-page", "2")
    for name, text in GUEST.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Look at it all").click()
    heading(page).to_have_text("Book this visit?")
    expect(page.locator("#hold")).to_have_attribute("data-page", "3")
    page.wait_for_load_state("networkidle")
    assert Checkout.objects.get().until == before
    page.goto("about:blank")
    until_left(before)
    page.go_back()
    heading(page).to_have_text("Book this visit?")
    expect(page.locator("#hold")).to_have_attribute("data-page", "4")
    assert Checkout.objects.get().until == before
    page.close()
    until_left(before)


def until_left(before: datetime) -> None:
    """A closed page is not waited for: what it said arrives when it arrives."""
    late = monotonic() + 30
    while Checkout.objects.get().until == before:
        assert monotonic() < late, "the page was closed and nobody heard of it"
        sleep(0.02)
    assert Checkout.objects.get().until <= timezone.now() + GRACE


def test_somebody_without_an_account_books_by_a_code(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, work: Work, mailbox: Mailbox
) -> None:
    cast = new_cast()
    page = open_page()
    go_to_times(page, live_server.url, cast)
    pick_a_time(page)
    look(page)
    for name, text in GUEST.items():
        page.locator(f"[name={name}]").fill(text)
    page.get_by_role("button", name="Look at it all").click()
    page.get_by_role("button", name="Send me a code, then book").click()
    heading(page).to_have_text("Type the code")
    look(page)
    checkout = Checkout.objects.get()
    page.locator("[name=code]").fill(guest_codes_for(checkout.pk, checkout.codes)[0])
    page.get_by_role("button", name="Book this visit").click()
    heading(page).to_have_text("Your visit is booked")
    expect(page).to_have_url(re.compile(r"/appointments/FS-[0-9A-Z-]+/receipt/$"))
    look(page)
