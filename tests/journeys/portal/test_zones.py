"""In each of four zones, on a phone or a desktop that stands in another: by the practice's clock, which is named."""

import re
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.scheduling.models import Appointment
from tests.journeys.conformance import move_it
from tests.journeys.conftest import MakeCast
from tests.journeys.portal.signing_in import sign_in
from tests.support.browser import OpenPage, assert_accessible, assert_fits
from tests.support.cast import Cast

pytestmark = [pytest.mark.journey, pytest.mark.sqlite]

SMALL = {"viewport": {"width": 320, "height": 568}}
DESKTOP = {"phone": False}
# The practice's zone, its country, and how the person looks at it.
WAYS = [
    ("America/Los_Angeles", "US", SMALL | {"zone": "Europe/Berlin", "scripts": False}),
    ("Europe/Berlin", "DE", DESKTOP | {"zone": "America/Los_Angeles", "dark": True}),
    ("Asia/Kathmandu", "NP", SMALL | {"zone": "America/New_York"}),
    ("Australia/Lord_Howe", "AU", DESKTOP | {"zone": "Asia/Kathmandu", "scripts": False}),
]


@pytest.mark.parametrize(("zone", "country", "kind"), [pytest.param(*each, id=each[0]) for each in WAYS])
def test_a_visit_is_booked_and_moved_by_the_practices_own_clock(
    zone: str, country: str, kind: dict[str, Any], live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast(zone=zone, country=country)
    page = open_page(**kind)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/p/{cast.practice.slug}/book/")
    page.get_by_role("button", name="See open times").click()
    choice = page.locator("[name=time]").nth(3)
    slot = choice.get_attribute("data-slot") or ""
    choice.check()
    page.get_by_role("button", name="Go on with this time").click()
    page.get_by_role("button", name="Look at it all").click()
    heading(page).to_have_text("Book this visit?")
    says_when(page, cast, slot)
    is_well(page)
    page.get_by_role("button", name="Book this visit").click()
    heading(page).to_have_text("Your visit is booked")
    says_when(page, cast, slot)
    visit = Appointment.objects.get()
    assert visit.starts_at == datetime.fromisoformat(slot)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/")
    move_it(page, visit.reference, after_each=lambda: is_well(page))
    visit.refresh_from_db()
    assert visit.starts_at != datetime.fromisoformat(slot)
    says_when(page, cast, visit.starts_at.astimezone(cast.practice.tz).isoformat())


def says_when(page: Page, cast: Cast, slot: str) -> None:
    """The weekday, the day and the hour of the practice's wall, beside the name of its zone."""
    at, city = datetime.fromisoformat(slot), cast.practice.zone.rpartition("/")[2].replace("_", " ")
    assert at.utcoffset() == at.astimezone(cast.practice.tz).utcoffset()
    main = expect(page.locator("main"))
    main.to_contain_text(f"{at:%a} {at.day} {at:%b}")
    main.to_contain_text(f"{at:%-I:%M}" if cast.practice.country in {"US", "AU"} else f"{at:%H:%M}")
    main.to_contain_text(re.compile(rf"{city}( Island)? time"))
    expect(page.locator("[data-slot]").first).to_have_attribute("data-slot", slot)


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def is_well(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)
