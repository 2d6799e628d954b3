"""The conformance journey through the link: what is left of a cancel is what the portal leaves, but for the door."""

from dataclasses import replace
from typing import Any

import pytest

from tests.journeys.conformance import EXPECTED_EVENTS, EXPECTED_MAILS, Told, cancel_undo_and_cancel_again, told
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import come_in, newest_link
from tests.journeys.portal.signing_in import sign_in
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible
from tests.support.cast import Cast

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("phone", "scripts", "dark"),
    [
        (True, False, False),
        (False, True, True),
        pytest.param(True, True, False, marks=pytest.mark.long),
        pytest.param(False, False, True, marks=pytest.mark.long),
    ],
)
def test_a_link_holder_cancels_takes_it_back_and_cancels_again(
    phone: bool, scripts: bool, dark: bool, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    page = open_page(phone=phone, scripts=scripts, dark=dark)
    come_in(page, newest_link(mailbox, visit))
    cancel_undo_and_cancel_again(page, visit.reference, after_each=lambda: assert_accessible(page))
    work()
    story = told(visit)
    assert (story.status, story.fee_minor, story.slots) == ("cancelled", 0, ["held"])
    assert (story.events, story.doors) == (EXPECTED_EVENTS, {"link"})
    assert story.messages == EXPECTED_MAILS
    assert (story.receipt["event"], story.receipt["actor"]) == ("cancelled", "patient")


@pytest.mark.long
def test_both_doors_leave_the_same_but_their_own_name(
    live_server: Any, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    def by_portal(cast: Cast) -> Told:
        visit = cast.book()
        page = open_page(scripts=False)
        sign_in(page, live_server.url, cast)
        page.goto(f"{live_server.url}/appointments/{visit.reference}/")
        return cancelled_on(page, visit)

    def by_link(cast: Cast) -> Told:
        visit = cast.book()
        work()
        page = open_page(scripts=False)
        come_in(page, newest_link(mailbox, visit))
        return cancelled_on(page, visit)

    def cancelled_on(page: Any, visit: Any) -> Told:
        cancel_undo_and_cancel_again(page, visit.reference, after_each=lambda: None)
        work()
        return told(visit)

    portal, link = by_portal(new_cast()), by_link(new_cast())
    assert (portal.doors, link.doors) == ({"portal"}, {"link"})
    assert replace(link, doors=portal.doors) == portal
