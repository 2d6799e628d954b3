"""The journeys' browser: it really runs, stays on this machine, and finds what shuts people out."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.support.browser import OpenPage, assert_accessible, assert_fits

PAGE = """<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Visit</title>
<main><h1>Your visit</h1>{}</main></html>"""


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.format('<p id="said"></p><script type="module" src="/script.js"></script>'))


def _script(request: HttpRequest) -> HttpResponse:
    return HttpResponse('document.querySelector("#said").textContent = "by a script"', content_type="text/javascript")


def _unnamed(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.format('<input type="text">'))


urlpatterns = [path("page/", _page), path("script.js", _script), path("unnamed/", _unnamed)]

pytestmark = [pytest.mark.journey, pytest.mark.sqlite, pytest.mark.urls(__name__)]


@pytest.mark.parametrize(("scripts", "said"), [(True, "by a script"), (False, "")])
def test_a_page_is_seen_with_scripts_on_and_off(live_server, open_page: OpenPage, scripts: bool, said: str):
    page = open_page(scripts=scripts)

    page.goto(f"{live_server.url}/page/")

    assert page.text_content("h1") == "Your visit"
    assert page.text_content("#said") == said
    assert_accessible(page)


def test_a_field_without_a_name_is_a_violation(live_server, open_page: OpenPage):
    page = open_page(dark=True, phone=False)
    page.goto(f"{live_server.url}/unnamed/")

    with pytest.raises(AssertionError, match="label"):
        assert_accessible(page)


def test_words_that_fade_in_the_dark_are_a_violation_of_a_page_seen_in_light(open_page: OpenPage):
    fading = "<style>@media (prefers-color-scheme: dark) { html { background: #111 } p { color: #222 } }</style>"
    page = open_page()
    page.set_content(PAGE.format(f"{fading}<p>Soon</p>"))

    with pytest.raises(AssertionError, match="contrast"):
        assert_accessible(page)


def test_another_host_is_out_of_reach(open_page: OpenPage):
    page = open_page()

    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("https://freeslot.example/")


def test_what_fits_in_english_and_runs_over_in_a_longer_language_is_noticed(open_page: OpenPage):
    page = open_page(viewport={"width": 320, "height": 568})
    small = "<meta name='viewport' content='width=device-width'><body style='margin: 0'>"
    button = small + "<button style='font: 16px monospace; white-space: nowrap'>{}</button>"
    page.set_content(button.format("Cancel"))
    assert_fits(page)
    assert page.locator("button").text_content() == "Cancel"
    page.set_content(button.format("as it is so we do go on to me"))
    with pytest.raises(AssertionError):
        assert_fits(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
