"""A move through both doors, on a phone by keyboard without scripts and on a desktop with them: what is left of it is
the same but for the door."""

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conformance import move_it, told
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import come_in, newest_link
from tests.journeys.portal.signing_in import sign_in
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible, assert_fits, wait_until_loaded

pytestmark = pytest.mark.journey
SMALL = {"width": 320, "height": 568}


def is_well(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def test_a_patient_moves_a_visit_by_either_door(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast, other = new_cast(), new_cast()
    visit, by_link = cast.book(), other.book()
    work()
    page = open_page(viewport=SMALL, scripts=False, dark=True)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/")
    move_it(page, visit.reference, after_each=lambda: is_well(page), by_keyboard=True)
    work()
    page = open_page(phone=False)
    come_in(page, newest_link(mailbox, by_link))
    move_it(page, by_link.reference, after_each=lambda: is_well(page))
    work()
    portal, link = told(visit), told(by_link)
    assert portal.events == ["appointment.booked", "appointment.moved"]
    assert portal.messages == [("booked", "email", "sent"), ("moved", "email", "sent")]
    assert (portal.receipt["event"], portal.receipt["actor"]) == ("moved", "patient")
    assert (portal.doors, link.doors) == ({"portal"}, {"link"})
    assert replace(link, doors=portal.doors) == portal


@pytest.mark.sqlite
def test_the_times_read_from_right_to_left_and_stay_on_the_page(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visit = cast.book()
    page = open_page(viewport=SMALL)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/move/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    days, times = page.locator(".strip li"), page.locator(".choices-short").last.locator(".choice")
    for these in (days, times):
        first, second = these.nth(0).bounding_box(), these.nth(1).bounding_box()
        assert first is not None
        assert second is not None
        assert (first["y"], first["x"] > second["x"]) == (second["y"], True)
    page.locator("[name=time]").nth(1).check()
    page.get_by_role("button", name="Look at this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move it to this time?")
    wait_until_loaded(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


@pytest.mark.long
def test_a_refusal_and_a_time_that_is_gone_can_be_read_by_everyone(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast(rules={"move": {"most": 1}})
    visit, taken = cast.book(), cast.book(days=9)
    page = open_page(viewport=SMALL)
    sign_in(page, live_server.url, cast)
    own = f"{live_server.url}/appointments/{visit.reference}/move/"
    page.goto(own)
    value = f"{taken.starts_at.isoformat()}~{cast.practitioner.pk}"
    page.locator("[name=time]").first.evaluate(
        "(radio, value) => { radio.value = value; radio.checked = true; }", value
    )
    page.get_by_role("button", name="Look at this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is still booked")
    is_well(page)
    page.locator("[name=time]").first.check()
    page.get_by_role("button", name="Look at this time").click()
    page.get_by_role("button", name="Move it to this time").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is moved")
    page.goto(own)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is still booked")
    is_well(page)
