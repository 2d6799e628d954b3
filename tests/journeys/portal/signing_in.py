"""How a person comes in by the portal."""

import re

from playwright.sync_api import Page, expect

from freeslot.accounts.models import User
from tests.journeys.conftest import PASSWORD
from tests.support.cast import Cast


def sign_in(page: Page, site: str, cast: Cast, user: User | None = None) -> None:
    """From the practice's own page, as the link in its header leads."""
    page.goto(f"{site}/p/{cast.practice.slug}/")
    page.get_by_role("link", name="Sign in").first.click()
    page.locator("[name=login]").fill((user or cast.patient_user).username)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/appointments/(\?.*)?$"))
