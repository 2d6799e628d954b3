"""A real Chromium for the journeys: one browser a test process, fresh pages for every test."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as script/test found it."""
    program = os.environ.get("FREESLOT_TEST_BROWSER") or "/usr/bin/chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django would refuse the test's own queries because of it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=program, args=_arguments(), chromium_sandbox=False)
        yield chromium
        chromium.close()


def _arguments() -> list[str]:
    this_machine_only = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    return [this_machine_only, *quiet, "--disable-quic", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages: `open_page(phone=True, dark=False, scripts=True, locale="en-US", zone="America/New_York")`.

    Each page has its own cookies, fails the test on a script error, and reaches nothing but this machine.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(
        *, phone: bool = True, dark: bool = False, scripts: bool = True, locale: str = "en-US",
        zone: str = "America/New_York", **options: Any,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            **(PHONE if phone else DESKTOP),
            **options,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=locale,
            reduced_motion="reduce",
            timezone_id=zone,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or of axe's own good practice on the page as it stands."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": _RULES}, "resultTypes": ["violations"]})
    assert results.response["violations"] == [], results.generate_report()
