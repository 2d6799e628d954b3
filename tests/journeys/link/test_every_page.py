"""Every page of the door itself, at 320 px, light and dark: it can be used by everyone and shows a stranger nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from freeslot.doors.link.models import Slowdown
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.links import revoke_links
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import BIRTH_YEAR, give_proof, newest_code, newest_link, token_of
from tests.journeys.link.sessions import let_the_session_end
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible, wait_until_loaded

pytestmark = [pytest.mark.journey, pytest.mark.sqlite]

FACTS = ("Maria", "Lopez", "Osei", "Elm Street, 2nd", "Check-up")
SMALL = {"width": 320, "height": 568}
WRONG_YEAR = "1950"


def is_well(page: Page, heading: str) -> None:
    """One h1 with these words, nothing over the edge, no violation."""
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))
    wait_until_loaded(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"], heading
    assert_accessible(page)


def shows_nothing(page: Page, visit: Appointment) -> None:
    wait_until_loaded(page)
    body = page.locator("body").inner_text()
    assert [fact for fact in (*FACTS, visit.reference) if fact in body] == []
    assert visit.reference not in page.title()


@pytest.mark.parametrize("dark", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_way_in_is_well_page_by_page(
    dark: bool, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    page = open_page(dark=dark, viewport=SMALL)
    link = newest_link(mailbox, visit)
    page.goto(link)
    is_well(page, "One small question first")
    shows_nothing(page, visit)
    assert token_of(link) not in page.title()
    give_proof(page, WRONG_YEAR)
    is_well(page, "One small question first")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    for _ in range(3):
        give_proof(page, WRONG_YEAR)
    is_well(page, "Too many tries in a short time")
    shows_nothing(page, visit)
    page.get_by_role("button", name="Send me a code instead").click()
    expect(page.get_by_role("status")).to_contain_text("on its way")
    is_well(page, "One small question first")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Use this code").click()
    expect(page.get_by_role("alert").last).to_contain_text("does not fit")
    assert_accessible(page)
    shows_nothing(page, visit)
    work()
    page.get_by_label("Code").fill(newest_code(mailbox, visit))
    page.get_by_role("button", name="Use this code").click()
    is_well(page, "Your visit")
    page.goto(page.url.rstrip("/").rpartition("/")[0] + "/together/")
    assert_accessible(page)
    page.get_by_role("button", name="Close this visit").click()
    is_well(page, "Closed on this device")
    shows_nothing(page, visit)


@pytest.mark.parametrize("dark", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_pages_at_a_links_end_are_well_too(
    dark: bool, live_server: Any, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    link = newest_link(mailbox, visit)
    page = open_page(dark=dark, viewport=SMALL)
    page.goto(f"{live_server.url}/m/{'A' * 22}/")
    is_well(page, "This link leads nowhere")
    page.goto(link)
    give_proof(page, then="Go straight to cancelling it")
    let_the_session_end(page)
    page.reload()
    is_well(page, "Open your link again, or have a new one sent")
    shows_nothing(page, visit)
    give_proof(page, WRONG_YEAR)
    expect(page.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=datetime.now(UTC))
    page.goto(link)
    is_well(page, "This link has ended")
    shows_nothing(page, visit)


@pytest.mark.long
def test_the_page_of_a_lost_link_is_well(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    page = open_page(viewport=SMALL)
    page.goto(f"{live_server.url}/find/")
    is_well(page, "Find your visit")
    answers = []
    for birth_date in (f"8 March {BIRTH_YEAR}", f"7 March {BIRTH_YEAR}"):
        page.goto(f"{live_server.url}/find/")
        page.get_by_label("Reference").fill(visit.reference)
        page.get_by_label("Date of birth").fill(birth_date)
        page.get_by_role("button", name="Send me a new link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Look into your messages")
        wait_until_loaded(page)
        answers.append(page.locator("main").inner_text())
    assert answers[0] == answers[1]
    is_well(page, "Look into your messages")
    work()
    Slowdown.objects.update(last_at=datetime.now(UTC) - timedelta(hours=2))
    page.get_by_label("Code").fill(newest_code(mailbox, visit))
    page.get_by_role("button", name="Use this code").click()
    is_well(page, "Your visit")
    page.goto(newest_link(mailbox, visit))
    expect(page).to_have_url(re.compile("/appointments/"))
