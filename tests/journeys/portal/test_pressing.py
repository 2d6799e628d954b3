"""What a thumb does to the cancel page: twice, late, on the wrong visit, by keyboard, and back again."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.events.models import Event
from freeslot.practices.models import Policy
from freeslot.scheduling.models import Appointment
from tests.journeys.conftest import MakeCast
from tests.journeys.portal.signing_in import sign_in
from tests.support.browser import OpenPage, assert_accessible, wait_until_loaded

pytestmark = pytest.mark.journey

ALWAYS_LATE = {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}], "reason": "required"}


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def test_a_late_cancel_names_its_fee_and_asks_for_a_reason(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast(rules=ALWAYS_LATE)
    visit = cast.book()
    page = open_page(scripts=False)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    facts = page.locator(f"[data-ref='{visit.reference}']").first
    expect(facts).to_have_attribute("data-verdict", "late")
    expect(facts).to_have_attribute("data-fee-minor", "2500")
    assert_accessible(page)
    page.locator("form[action$='/cancellation/']").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Cancel and accept the $25.00 fee").click()
    heading(page).to_contain_text("Your visit is still booked")
    assert_accessible(page)
    page.locator("[name=reason]").select_option("other")
    page.get_by_role("button", name="Cancel and accept the $25.00 fee").click()
    heading(page).to_contain_text("Your visit is cancelled")
    expect(page.locator("main")).to_contain_text("$25.00")


def test_a_fee_that_rose_since_the_page_was_loaded_is_shown_before_it_is_taken(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page()
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    Policy.objects.filter(pk=cast.policy.pk).update(rules=ALWAYS_LATE | {"reason": "optional"})
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name="Cancel this visit").click()
    assert answer.value.status == 409
    heading(page).to_contain_text("Your visit is still booked")
    expect(page.get_by_role("button", name="Cancel and accept the $25.00 fee")).to_be_visible()
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_of_two_visits_that_look_alike_the_one_that_is_meant_is_picked(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    first, second = cast.book(days=7), cast.book(days=9)
    page = open_page()
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{first.reference}/cancellation/")
    expect(page.get_by_role("radio")).to_have_count(2)
    assert_accessible(page)
    page.locator(f"input[value='{second.reference}']").check()
    page.get_by_role("button", name="Cancel this visit").click()
    expect(page.locator("[data-ref]").first).to_have_attribute("data-ref", second.reference)
    statuses = Appointment.objects.filter(pk__in=[first.pk, second.pk]).values_list("status", flat=True)
    assert list(statuses) == ["booked", "booked"]


def test_two_quick_presses_cancel_once_and_going_back_after_an_undo_shows_it_booked(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page()
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    page.get_by_role("button", name="Cancel this visit").dblclick()
    heading(page).to_contain_text("Your visit is cancelled")
    assert Event.objects.filter(subject_id=visit.pk, kind="appointment.cancelled").count() == 1
    page.get_by_role("button", name="Undo").click()
    heading(page).to_contain_text("Your visit is booked")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("cancelled")


def test_the_whole_way_goes_by_keyboard(live_server: Any, open_page: OpenPage, new_cast: MakeCast) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page(phone=False)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/")
    press_tab_until(page, "Cancel")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    press_tab_until(page, "Cancel this visit")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus cannot be seen"
    page.keyboard.press("Enter")
    heading(page).to_contain_text("Your visit is cancelled")


def press_tab_until(page: Page, words: str) -> None:
    wait_until_loaded(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText || ''").strip().startswith(words):
            return
    raise AssertionError(f"no way to {words!r} by keyboard")


def test_a_practice_that_takes_no_late_cancel_online_is_told(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast(rules={"tell_after": {"minutes_before": 60 * 24 * 365}})
    visit = cast.book(booked_at=None)
    assert visit.starts_at > cast.now + timedelta(days=1)
    page = open_page(dark=True)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    expect(page.locator(f"[data-ref='{visit.reference}']").first).to_have_attribute("data-verdict", "refused")
    assert_accessible(page)
    page.get_by_role("button", name="Tell the practice").click()
    heading(page).to_contain_text("Your visit is still booked. We told the practice at")
    assert_accessible(page)
