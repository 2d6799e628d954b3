"""What a screen reader is told on the pages of the way in, against stored trees: names, descriptions, announcements."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import BIRTH_YEAR, give_proof, newest_link
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage

pytestmark = [pytest.mark.journey, pytest.mark.sqlite]

TREES = Path(__file__).parent / "trees"


def is_read_as(page: Page, name: str) -> None:
    """The page's main part as tests/journeys/link/trees/NAME.yml; what differs from day to day is a pattern there."""
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_match_aria_snapshot((TREES / f"{name}.yml").read_text(encoding="utf-8"))


def described(field: Locator) -> str:
    """What is read after the field's name."""
    words = field.evaluate(
        """field => (field.getAttribute("aria-describedby") || "").split(" ").filter(id => id)
        .map(id => document.getElementById(id).innerText).join(" ")"""
    )
    return str(words)


def test_the_way_in_is_read_as_stored(open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work) -> None:
    visit = new_cast().book()
    work()
    page = open_page(scripts=False)
    page.goto(newest_link(mailbox, visit))
    is_read_as(page, "proof")
    assert described(page.get_by_label("Year of birth")).startswith("Of the person whose visit it is")
    give_proof(page, "1950")
    is_read_as(page, "proof-wrong")
    for _ in range(3):
        give_proof(page, "1950")
    is_read_as(page, "wait")


def test_the_way_to_the_cancel_is_read_as_stored(
    open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    page = open_page(scripts=False)
    page.goto(newest_link(mailbox, visit))
    page.locator("[name=birth_year]").evaluate("field => field.form.noValidate = true")
    give_proof(page, "")
    is_read_as(page, "proof-empty")
    field = page.get_by_label("Year of birth")
    assert described(field).endswith("Write this first.")
    expect(field).to_have_attribute("aria-invalid", "true")
    give_proof(page, BIRTH_YEAR, then="Go straight to cancelling it")
    is_read_as(page, "cancel")
    page.get_by_role("button", name="Cancel this visit").click()
    is_read_as(page, "cancelled")
