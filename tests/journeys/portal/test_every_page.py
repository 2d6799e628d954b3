"""What holds on every page: small screens, zoom, few requests, no other hosts, Spanish, and no way in for strangers."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from freeslot.scheduling.models import Appointment
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.portal.signing_in import sign_in
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible, double_letters
from tests.support.cast import Cast

pytestmark = [pytest.mark.journey, pytest.mark.sqlite]


def pages_of(cast: Cast, visit: Appointment) -> list[str]:
    own = f"/appointments/{visit.reference}/"
    return [
        f"/p/{cast.practice.slug}/", f"/p/{cast.practice.slug}/book/",
        "/", "/appointments/", "/appointments/?view=calendar", own,
        f"{own}cancellation/", f"{own}move/", f"{own}wish/", f"{own}receipt/", "/receipts/verify/",
        "/accounts/password/reset/",
    ]  # fmt: skip


def test_nothing_runs_over_the_edge_of_a_small_phone_or_at_double_zoom(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, work: Work, mailbox: Mailbox
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    for language in ("en-US", "es-US"):
        # 640 px at 200 % are 320 px of layout, so one width serves both.
        page = open_page(viewport={"width": 320, "height": 568}, locale="en-US")
        sign_in(page, live_server.url, cast)
        if language == "es-US":
            page.get_by_role("button", name="Español").click()
        for address in pages_of(cast, visit):
            page.goto(live_server.url + address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, (language, address)
            assert page.locator("html").get_attribute("lang") == language.split("-")[0], address
            page.set_viewport_size({"width": 390, "height": 844})
            double_letters(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, (language, address, "double letters")
            page.set_viewport_size({"width": 320, "height": 568})


def test_a_page_asks_three_times_at_most_and_only_its_own_host(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page()
    sign_in(page, live_server.url, cast)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/appointments/{visit.reference}/cancellation/")
    page.wait_for_load_state("networkidle")
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(live_server.url).netloc}
    assert len([url for url in asked if not url.startswith("data:")]) <= 3, asked


def test_a_stranger_and_somebody_signed_out_learn_nothing(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page()
    address = f"{live_server.url}/appointments/{visit.reference}/cancellation/"
    page.goto(address)
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Osei")
    sign_in(page, live_server.url, cast, cast.stranger_user)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).not_to_contain_text("Maria")
    assert_accessible(page)


@pytest.mark.long
def test_a_stranger_checks_a_receipt_that_was_handed_over(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, work: Work, mailbox: Mailbox
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    page = open_page()
    sign_in(page, live_server.url, cast)
    token = page.request.get(f"{live_server.url}/appointments/{visit.reference}/receipt.json").json()["token"]
    stranger = open_page(scripts=False)
    check(stranger, live_server.url, token)
    expect(stranger.locator("main")).to_contain_text(visit.reference)
    expect(stranger.locator("main")).not_to_contain_text("Maria")
    assert_accessible(stranger)
    check(stranger, live_server.url, token[:-4] + "AAAA")
    expect(stranger.locator("main")).not_to_contain_text(visit.reference)
    assert_accessible(stranger)


def check(page: Page, site: str, token: str) -> None:
    page.goto(f"{site}/receipts/verify/")
    page.locator("[name=receipt]").first.fill(token)
    page.locator("main button").first.click()


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.long)])
def test_every_page_is_accessible_in_light_and_dark(
    dark: bool, live_server: Any, open_page: OpenPage, new_cast: MakeCast, work: Work, mailbox: Mailbox
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    outside = open_page(dark=dark, phone=not dark)
    for address in ("/accounts/login/", "/accounts/signup/", "/nothing-here/"):
        outside.goto(live_server.url + address)
        assert_accessible(outside)
    page = open_page(dark=dark, phone=dark)
    sign_in(page, live_server.url, cast)
    for address in pages_of(cast, visit):
        page.goto(live_server.url + address)
        assert_accessible(page)
