"""A real Chromium for the journeys: one browser a test process, fresh pages for every test."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast
from weakref import WeakKeyDictionary

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.database import is_postgresql

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RULES = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
# As long as a page may take on a machine that is busy with much else, in milliseconds.
_PATIENCE = 20_000
_kinds: WeakKeyDictionary[BrowserContext, dict[str, Any]] = WeakKeyDictionary()

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as script/test found it."""
    program = os.environ.get("FREESLOT_TEST_BROWSER") or "/usr/bin/chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django would refuse the test's own queries because of it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=_PATIENCE)
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
        kind = {
            **(PHONE if phone else DESKTOP),
            **options,
            "color_scheme": "dark" if dark else "light",
            "java_script_enabled": scripts,
            "locale": locale,
            "reduced_motion": "reduce",
            "timezone_id": zone,
        }
        context = browser.new_context(**kind)
        _kinds[context] = kind
        contexts.append(context)
        context.set_default_timeout(_PATIENCE)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA or of axe's own good practice on the page as it stands, its scripts on or off.

    Light and dark differ in colours alone: the scheme that the page is not in is checked for contrast.

    A page is the same on both databases, and this takes a third of a journey: it is looked at on SQLite alone.
    """
    if is_postgresql():
        return
    wait_until_loaded(page)
    with _scriptable(page) as checked:
        results = [Axe().run(checked, options=_RULES)]
        with _in_the_other_scheme(checked):
            results.append(AxeResults(checked.evaluate("options => axe.run(options)", _CONTRAST)))
    for each in results:
        assert each.response["violations"] == [], each.generate_report()


# A language that there is not: read from the right, in its own letters, every word a third longer than ours.
_PSEUDO_LOCALE = """() => {
  const letters = "אבגדהוזחטיכלמנסעפצקרשת";
  const longer = (word) => [...word, ...word.slice(0, Math.ceil(word.length / 3))]
    .map((letter) => letters[letter.codePointAt(0) % letters.length]).join("");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const before = [];
  while (texts.nextNode()) before.push([texts.currentNode, texts.currentNode.data]);
  before.forEach(([text, data]) => { text.data = data.replace(/\\p{L}{2,}/gu, longer); });
  document.documentElement.dir = "rtl";
  const width = document.documentElement.scrollWidth;
  document.documentElement.dir = "ltr";
  before.forEach(([text, data]) => { text.data = data; });
  return width;
}"""


def assert_fits(page: Page) -> None:
    """Nothing runs over the edge, in a longer language that is read from the right neither."""
    wait_until_loaded(page)
    widths = [page.evaluate(_PSEUDO_LOCALE), page.evaluate("document.documentElement.scrollWidth")]
    # Not innerWidth: a phone zooms out until what runs over is inside.
    assert page.viewport_size
    assert max(widths) <= page.viewport_size["width"], (page.url, widths)


def wait_until_loaded(page: Page) -> None:
    """A press ends when the next page begins, and so does an expected heading: before what is measured or read at once.

    Locators wait for what they look for; `evaluate`, `content` and everything that answers at once do not.
    """
    page.wait_for_load_state("load")


def double_letters(page: Page) -> None:
    """As somebody who set their browser's letters to twice the size sees the page."""
    wait_until_loaded(page)
    page.evaluate(
        """() => { const root = document.documentElement;
            root.style.fontSize = `${2 * parseFloat(getComputedStyle(root).fontSize)}px`; }"""
    )


@contextmanager
def _in_the_other_scheme(page: Page) -> Iterator[None]:
    is_dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    yield
    page.emulate_media(color_scheme="dark" if is_dark else "light")


@contextmanager
def _scriptable(page: Page) -> Iterator[Page]:
    """The page itself, or, where scripts are off, the same page with none in it where the checker's own can run."""
    kind = _kinds[page.context]
    if kind["java_script_enabled"]:
        yield page
        return
    context = cast(Browser, page.context.browser).new_context(**kind | {"java_script_enabled": True})
    content = _SCRIPT.sub("", page.content())
    context.route(page.url, lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"))
    twin = context.new_page()
    twin.goto(page.url)
    yield twin
    context.close()
