"""The conformance journey through the portal: scripts on and off, phone and desktop, light and dark."""

from typing import Any

import pytest

from tests.journeys.conformance import EXPECTED_EVENTS, EXPECTED_MAILS, cancel_undo_and_cancel_again, told
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.portal.signing_in import sign_in
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, assert_accessible

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(
    ("phone", "scripts", "dark"),
    [
        (True, False, True),
        (False, True, False),
        pytest.param(True, True, False, marks=pytest.mark.long),
        pytest.param(False, False, True, marks=pytest.mark.long),
    ],
)
def test_a_patient_cancels_takes_it_back_and_cancels_again(
    phone: bool,
    scripts: bool,
    dark: bool,
    live_server: Any,
    open_page: OpenPage,
    new_cast: MakeCast,
    mailbox: Mailbox,
    work: Work,
) -> None:
    cast = new_cast()
    visit = cast.book()
    work()
    page = open_page(phone=phone, scripts=scripts, dark=dark)
    sign_in(page, live_server.url, cast)
    page.goto(f"{live_server.url}/appointments/")
    assert_accessible(page)
    page.locator(f"[data-ref='{visit.reference}']").get_by_role("link").first.click()
    cancel_undo_and_cancel_again(page, visit.reference, after_each=lambda: assert_accessible(page))
    work()
    story = told(visit)
    assert (story.status, story.fee_minor, story.slots) == ("cancelled", 0, ["held"])
    assert story.events == EXPECTED_EVENTS
    assert story.doors == {"portal"}
    assert story.messages == EXPECTED_MAILS
    assert (story.receipt["event"], story.receipt["actor"]) == ("cancelled", "patient")
