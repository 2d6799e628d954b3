"""A mother cancels her visit and her child's by one link: the child's own proof, one sum, one press."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.events.models import Event
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import come_in, newest_link
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible, assert_fits
from tests.visits.household import book_for, child_of
from tests.visits.standing import statuses

pytestmark = pytest.mark.journey

LATE = {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}], "reason": "required"}


def look(page: Page) -> None:
    assert_fits(page)
    assert_accessible(page)


@pytest.mark.parametrize(
    ("width", "scripts", "dark"),
    [
        (320, False, False),
        pytest.param(390, True, True, marks=pytest.mark.long),
        pytest.param(1280, True, False, marks=pytest.mark.long),
    ],
)
def test_a_mother_cancels_for_herself_and_her_child(
    width: int,
    scripts: bool,
    dark: bool,
    live_server: Any,
    open_page: OpenPage,
    new_cast: MakeCast,
    mailbox: Mailbox,
    work: Work,
) -> None:
    cast = new_cast(rules=LATE)
    mine = cast.book(days=5)
    work()
    link = newest_link(mailbox, mine)
    theirs = book_for(cast, child_of(cast), days=6)
    work()
    page = open_page(phone=width < 1000, scripts=scripts, dark=dark, viewport={"width": width, "height": 700})
    come_in(page, link)
    look(page)
    page.get_by_role("link", name="Cancel for somebody else as well").click()
    look(page)
    page.get_by_label("Year of birth").fill("1999")
    page.get_by_role("button", name="Open their visits").click()
    expect(page.get_by_role("alert")).to_contain_text("That opens no other visit")
    look(page)
    page.get_by_label("Year of birth").fill("2015")
    page.get_by_role("button", name="Open their visits").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    look(page)
    page.get_by_role("button", name="See the sum").click()
    expect(page.locator("main")).to_contain_text("Fees in all: $50.00")
    look(page)
    for visit in (mine, theirs):
        page.locator(f"[name='{visit.reference}-reason']").select_option("other")
    assert statuses(mine, theirs) == ["booked", "booked"]
    press = page.get_by_role("button", name="Cancel 2 visits and accept fees of $50.00")
    if scripts:
        press.dblclick()
    else:
        press.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visits are cancelled")
    look(page)
    work()
    assert statuses(mine, theirs) == ["cancelled", "cancelled"]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 2
    told = [mail for mail in mailbox.mails if "cancel" in str(mail["Subject"]).lower()]
    assert len(told) == 2
    page.get_by_role("button", name="Undo the cancel of the visit on").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your visit is booked")
    assert statuses(mine, theirs) == ["cancelled", "booked"]


def test_it_goes_by_keyboard_alone(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    mine = cast.book(days=5)
    work()
    link = newest_link(mailbox, mine)
    theirs = book_for(cast, child_of(cast), days=6)
    page = open_page(phone=False, scripts=False)
    come_in(page, link)
    page.get_by_role("link", name="Cancel for somebody else as well").press("Enter")
    page.get_by_label("Year of birth").press_sequentially("2015")
    page.keyboard.press("Enter")
    boxes = page.get_by_role("checkbox")
    boxes.first.press("Space")
    expect(boxes.first).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cancel this visit?")
    page.get_by_role("button", name="Cancel 1 visit").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your visit is cancelled")
    assert statuses(mine, theirs) == ["booked", "cancelled"]
