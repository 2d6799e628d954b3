"""A weekly series moved and then cancelled from one of its visits on, and a wish, on a small phone without scripts."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.scheduling.models import Appointment
from tests.journeys.conftest import MakeCast
from tests.journeys.portal.signing_in import sign_in
from tests.scheduling.test_series import clock_times, series_of
from tests.support.browser import OpenPage, assert_accessible, assert_fits
from tests.visits.standing import statuses

pytestmark = pytest.mark.journey


def look(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def test_a_series_is_moved_and_what_is_left_of_it_cancelled(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    visits = series_of(cast, first=3, count=2)
    page = open_page(scripts=False, viewport={"width": 320, "height": 568})
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visits[0].reference}/")
    expect(page.locator("main")).to_contain_text("This is one of 2 weekly visits")
    look(page)
    page.get_by_role("link", name="Move this and the one after it").click()
    look(page)
    page.locator("[name=time]").nth(2).check()
    before = clock_times(visits)
    page.get_by_role("button", name="Look at these times").click()
    heading(page).to_have_text("Move these 2 visits?")
    look(page)
    page.get_by_role("button", name="Move 2 visits").click()
    heading(page).to_have_text("Your visits are moved")
    look(page)
    after = clock_times(visits)
    assert all(one != other for one, other in zip(before, after, strict=True))
    page.goto(f"{live_server.url}/appointments/{visits[0].reference}/cancellation/")
    look(page)
    page.get_by_role("link", name="Cancel this and the one after it").click()
    look(page)
    page.get_by_role("button", name="Cancel 2 visits").click()
    heading(page).to_have_text("Your visits are cancelled")
    assert statuses(*visits) == ["cancelled", "cancelled"]


@pytest.mark.long
def test_a_wish_is_made_and_taken_back(live_server: Any, open_page: OpenPage, new_cast: MakeCast) -> None:
    cast = new_cast()
    visit = cast.book(days=9)
    page = open_page(scripts=False, dark=True, viewport={"width": 320, "height": 568})
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/{visit.reference}/move/")
    page.get_by_role("link", name="Move me only if something earlier comes free").click()
    heading(page).to_have_text("Only if something earlier comes free")
    look(page)
    page.get_by_label("Before which day?").fill("2020-01-01")
    page.get_by_role("button", name="Look for an earlier time").click()
    look(page)
    page.get_by_label("Before which day?").fill(str(visit.starts_at.date()))
    page.get_by_role("checkbox").first.check()
    page.get_by_label("Not before").select_option("9")
    page.get_by_role("button", name="Look for an earlier time").click()
    heading(page).to_have_text("Your visit")
    expect(page.locator("main")).to_contain_text("Your visit stays as it is until one is found.")
    look(page)
    page.get_by_role("button", name="Stop looking").click()
    expect(page.locator("main")).not_to_contain_text("You wish for an earlier time")
    assert Appointment.objects.get(pk=visit.pk).starts_at == visit.starts_at
