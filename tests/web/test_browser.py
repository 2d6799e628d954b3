"""The components in a real browser: under the strict policy, on the smallest phone, with scripts and without."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route

from freeslot.web.headers import CONTENT_POLICY
from freeslot.web.templatetags.web import when
from tests.support.browser import OpenPage, assert_accessible, double_letters
from tests.web import gallery

pytestmark = [pytest.mark.journey, pytest.mark.sqlite, pytest.mark.urls("tests.web.gallery_urls")]
HOST = "http://localhost:1"
PAGES = ["cancel", "late", "done", "parts", "lines", "error-500"]
SMALLEST = {"viewport": {"width": 320, "height": 640}}
KINDS = {"html": "text/html; charset=utf-8", "css": "text/css", "js": "text/javascript"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("gallery")
    gallery.draw(path)
    return path


@pytest.fixture
def show(folder, open_page: OpenPage):
    def show(name: str, **options: object) -> Page:
        page = open_page(**options)
        page.route(f"{HOST}/**", answer)
        page.goto(f"{HOST}/{name}.html")
        return page

    def answer(route: Route) -> None:
        path = folder / route.request.url.removeprefix(f"{HOST}/")
        headers = {"Content-Security-Policy": CONTENT_POLICY, "Content-Type": KINDS[path.suffix[1:]]}
        route.fulfill(body=path.read_text(encoding="utf-8"), headers=headers)

    return show


@pytest.mark.parametrize("name", PAGES[:4])
def test_every_component_is_accessible(show, name):
    assert_accessible(show(name))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_smallest_phone(show, name):
    page = show(name, **SMALLEST)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("name", [*PAGES[:4], "lines"])
def test_letters_of_double_size_fit_and_no_clock_time_is_broken(show, name):
    page = show(name)
    double_letters(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert touching(page) == []
    broken = page.evaluate(
        """() => {
            const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
            const broken = [];
            while (texts.nextNode()) for (const found of texts.currentNode.data.matchAll(/\\d+:\\d+/g)) {
                const range = document.createRange();
                range.setStart(texts.currentNode, found.index);
                range.setEnd(texts.currentNode, found.index + found[0].length);
                if (range.getClientRects().length > 1) broken.push(found[0]);
            }
            return broken;
        }"""
    )
    assert broken == []


@pytest.mark.parametrize(
    "word", ["x" * 960, "maria.lopez-fernandez@mail.example.org", "https://example.org/" + "a" * 90]
)
def test_a_word_that_is_too_long_for_a_small_phone_is_broken(show, word):
    page = show("parts", **SMALLEST)
    places = ".facts dd, .visit-what p:not(.visit-time), .note"
    page.evaluate(f"word => document.querySelectorAll('{places}').forEach(place => place.textContent = word)", word)
    assert page.locator(".facts dd").count() > 0
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize(
    ("at", "form", "locale"),
    [
        (datetime(2026, 11, 1, 6, 0, tzinfo=UTC), "clock", "en_US"),
        (datetime(2026, 11, 1, 6, 0, tzinfo=UTC), "clock", "es_US"),
        (datetime(2026, 9, 23, 16, 40, tzinfo=UTC), "day_clock", "es_US"),
    ],
)
def test_a_time_that_takes_many_words_stays_on_the_smallest_phone(show, at, form, locale):
    """One that there is twice that night, or with its day in a language of long words."""
    page = show("done", **SMALLEST)
    page.evaluate(
        "time => document.querySelectorAll('.panel p, .card p').forEach(place => place.innerHTML = time)",
        when(at, replace(gallery.NEW_YORK, locale=locale), form),
    )
    assert page.locator(".panel time, .card time").count() > 1
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_two_words_of_a_line_touch(show, width):
    assert touching(show("lines", viewport={"width": width, "height": 800})) == []


def touching(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".line")].flatMap((line) => {
            const boxes = [...line.querySelectorAll("text")].map((text) =>
                [text.textContent, text.getBoundingClientRect()]);
            return boxes.flatMap(([one, a], index) => boxes.slice(index + 1)
                .filter(([, b]) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
                .map(([other]) => `${one} / ${other}`));
        })"""
    )
    return found


@pytest.mark.parametrize("name", ["cancel", "done", "parts"])
def test_everything_to_press_is_large_enough(show, name):
    page = show(name, **SMALLEST)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, .button, .input, .choice, .links a, .head a")]
            .filter((part) => part.getBoundingClientRect().height < 48)
            .map((part) => part.textContent)"""
    )
    assert small == []


def test_cancel_move_and_keep_stand_apart(show):
    page = show("cancel")
    gaps = page.evaluate(
        """() => [...document.querySelectorAll(".presses > *")].map((part) => part.getBoundingClientRect())
            .map((box, index, all) => index ? box.top - all[index - 1].bottom : 24)"""
    )
    assert min(gaps) >= 24


def test_the_time_left_counts_down_and_its_end_is_told(show):
    page = show("cancel", scripts=True)
    page.clock.install()
    page.reload()
    left = page.locator("[data-left]")
    assert left.inner_text() in {"2 days 4 hours", "2 days 3 hours"}
    page.clock.fast_forward("30:00:00")
    assert left.inner_text() == "21 hours 59 minutes"
    page.clock.fast_forward("22:00:00")
    assert "Free cancelling has just ended." in page.locator(".panel").inner_text()
    assert "Free to cancel until" not in page.locator(".panel").inner_text()


def test_without_scripts_the_server_has_drawn_the_time_left(show):
    page = show("cancel", scripts=False)
    assert page.locator("[data-left]").inner_text() == "2 days 4 hours"


def test_a_second_press_sends_nothing(show):
    page = show("cancel")
    sent: list[Route] = []

    def hold(route: Route) -> None:
        sent.append(route)

    page.route("**/cancellation/", hold)
    press = page.get_by_role("button", name="Cancel this visit")
    with page.expect_request("**/cancellation/"):
        press.evaluate("button => { button.click(); button.click(); }")
    page.wait_for_timeout(200)
    assert len(sent) == 1
    sent[0].abort()


def test_coming_back_makes_the_press_live_again(show):
    page = show("cancel")
    page.route("**/cancellation/", lambda route: route.fulfill(body="<p>done</p>", content_type="text/html"))
    page.get_by_role("button", name="Cancel this visit").click()
    page.get_by_text("done").wait_for()
    page.go_back()
    assert page.get_by_role("button", name="Cancel this visit").get_attribute("aria-disabled") is None


def test_a_message_that_arrives_is_shown_without_loading_again(show, folder):
    page = show("done")
    html = (folder / "done.html").read_text(encoding="utf-8")
    later = html.replace("on its way", "delivered 6:01 am").replace(" data-live", "")
    later = later.replace("See whether it has gone out", "Look in your spam folder")
    page.route("**/done.html", lambda route: route.fulfill(body=later, content_type=KINDS["html"]))
    page.get_by_text("delivered 6:01 am").wait_for()
    page.get_by_text("Look in your spam folder").wait_for()
    assert page.get_by_text("See whether it has gone out").count() == 0
    assert page.locator("#deliveries").get_attribute("data-live") is None
