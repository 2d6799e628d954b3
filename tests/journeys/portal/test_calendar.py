"""The calendar of one's visits: a table where there is room, an agenda on a phone, by keyboard, in light and dark."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import MakeCast
from tests.journeys.portal.signing_in import sign_in
from tests.support.browser import OpenPage, assert_accessible
from tests.visits.calendars import feed, parsed, path_in_text

pytestmark = [pytest.mark.journey, pytest.mark.sqlite]


@pytest.mark.parametrize("dark", [True, pytest.param(False, marks=pytest.mark.long)])
def test_phone_and_desktop_show_the_same_visit_once(
    dark: bool, live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    visit = (cast := new_cast()).book(days=1)
    month = f"{visit.starts_at.astimezone(cast.practice.tz):%Y-%m}"
    for width, shown, hidden in ((320, ".agenda", ".month"), (1280, ".month", ".agenda")):
        page = open_page(dark=dark, viewport={"width": width, "height": 700}, scripts=not dark)
        sign_in(page, live_server.url, cast)
        page.goto(f"{live_server.url}/appointments/?view=calendar&month={month}")
        expect(page.locator(shown)).to_contain_text(visit.reference)
        expect(page.locator(hidden)).to_be_hidden()
        assert_accessible(page)
        assert not runs_over(page, width)
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert not runs_over(page, width)


def test_by_keyboard_to_a_visit_and_to_an_address_for_ones_own_calendar(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    visit = (cast := new_cast()).book(days=1)
    page = open_page(phone=False)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/")
    page.get_by_role("link", name="Calendar").press("Enter")
    if visit.starts_at.astimezone(cast.practice.tz).month != datetime.now(UTC).astimezone(cast.practice.tz).month:
        page.get_by_role("link", name="Your next visit").press("Enter")
    expect(page.get_by_role("columnheader")).to_have_count(7)
    page.get_by_role("table").get_by_role("link", name="– the visit on").press("Enter")
    expect(page.locator("h1")).to_have_text("Your visit")
    page.goto(f"{live_server.url}/appointments/?view=calendar")
    page.get_by_role("button", name="Make the address").press("Enter")
    expect(page.locator("h1")).to_have_text("Your calendar address is ready")
    assert_accessible(page)
    address = page.get_by_label("To copy").input_value()
    assert page.get_by_role("link", name="Open it in my calendar").get_attribute("href") == "webcal" + address[4:]
    events = parsed(feed(path_in_text(address)).content).events
    assert [event.uid for event in events] == [visit.ical_uid]


def runs_over(page: Page, width: int) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)
