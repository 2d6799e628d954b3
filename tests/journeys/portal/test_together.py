"""Several visits cancelled from the list: the sum first, a fee that rose, and a database that fails midway."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.practices.models import Policy
from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown
from freeslot.visits import several_press
from tests.journeys.conftest import MakeCast
from tests.journeys.portal.signing_in import sign_in
from tests.support.browser import OpenPage, assert_accessible, assert_fits, wait_until_loaded
from tests.visits.household import book_for, child_of
from tests.visits.standing import statuses

pytestmark = pytest.mark.journey

LATE = {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}]}


def look(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


def see_the_sum(page: Page, site: str) -> None:
    page.goto(f"{site}/appointments/")
    page.get_by_role("link", name="Cancel several at once").click()
    heading(page).to_have_text("Cancel several visits")
    wait_until_loaded(page)
    for box in page.get_by_role("checkbox").all():
        box.check()
    look(page)
    page.get_by_role("button", name="See the sum").click()


def heading(page: Page) -> Any:
    return expect(page.get_by_role("heading", level=1))


def test_a_fee_that_rose_is_shown_with_the_new_sum_before_anything_is_cancelled(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast
) -> None:
    cast = new_cast()
    pair = cast.book(days=5), book_for(cast, child_of(cast, is_granted=True), days=6)
    page = open_page(scripts=False, viewport={"width": 320, "height": 568})
    sign_in(page, live_server.url, cast)
    see_the_sum(page, live_server.url)
    expect(page.locator("main")).to_contain_text("No fees")
    Policy.objects.filter(pk=cast.policy.pk).update(rules=LATE)
    page.get_by_role("button", name="Cancel 2 visits").click()
    heading(page).to_have_text("Your visits are still booked")
    look(page)
    assert statuses(*pair) == ["booked", "booked"]
    page.get_by_role("button", name="Cancel 2 visits and accept fees of $50.00").click()
    heading(page).to_have_text("Your visits are cancelled")
    assert statuses(*pair) == ["cancelled", "cancelled"]


@pytest.mark.parametrize("error", [OutcomeUnknown, pytest.param(NotSaved, marks=pytest.mark.long)])
def test_a_press_that_fails_midway_says_how_each_visit_stands_and_goes_on_from_there(
    error: type[Exception],
    live_server: Any,
    open_page: OpenPage,
    new_cast: MakeCast,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = new_cast()
    pair = cast.book(days=5), cast.book(days=6)
    page = open_page(scripts=False, dark=error is OutcomeUnknown)
    sign_in(page, live_server.url, cast)
    see_the_sum(page, live_server.url)
    press = several_press.press_cancel

    def fail_for_the_second(form: Any, *, ref: str, **given: Any) -> Any:
        if ref == pair[1].reference:
            raise error("53100")
        return press(form, ref=ref, **given)

    with monkeypatch.context() as patch:
        patch.setattr(several_press, "press_cancel", fail_for_the_second)
        page.get_by_role("button", name="Cancel 2 visits").click()
    unknown = error is OutcomeUnknown
    heading(page).to_have_text("We do not know yet" if unknown else "1 of your 2 visits is cancelled")
    if not unknown:  # a page that loads itself again is so on purpose
        look(page)
    again = "Press again: it counts only once" if unknown else "Try again to cancel the rest"
    page.get_by_role("button", name=again).click()
    heading(page).to_have_text("Your visits are cancelled")
    assert statuses(*pair) == ["cancelled", "cancelled"]
