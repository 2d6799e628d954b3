"""One stylesheet and one script a page, small, kept for a year under a name that changes with the content."""

import gzip
import re

import pytest
from django.test import Client, override_settings

from freeslot.web.script import script
from freeslot.web.stylesheet import squeezed, stylesheet

pytestmark = pytest.mark.urls("tests.web.gallery_urls")


def address(colour: str = "0a4f53") -> str:
    return f"/style/{colour}-{stylesheet(f'#{colour}').digest}.css"


def test_the_stylesheet_is_kept_for_a_year(client: Client):
    answer = client.get(address())
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"--brand:#0a4f53" in answer.content


def test_an_address_of_another_release_gets_todays_text_and_is_not_kept(client: Client):
    answer = client.get("/style/0a4f53-0123456789.css")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(
    "path", ["/style/0a4f5g-0123456789.css", "/style/0a4f53-01.css", "/style/0A4F53-0123456789.css"]
)
def test_what_is_no_colour_is_not_found(client: Client, path: str):
    assert client.get(path).status_code == 404


def test_it_is_compressed_for_those_who_take_it(client: Client):
    answer = client.get(address(), headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert gzip.decompress(answer.content) == stylesheet("#0a4f53").body


def test_each_brand_has_an_address_of_its_own():
    assert address("7a3b16") != address()


@override_settings(ROOT_URLCONF="tests.web.gallery_urls")
def test_the_script_is_kept_for_a_year(client: Client):
    answer = client.get(f"/script/{script().digest}.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"


def test_nothing_is_posted_to_them(client: Client):
    assert client.post(address()).status_code == 405


def test_the_stylesheet_stays_small_and_free_of_comments():
    body = stylesheet("#0a4f53").body.decode()
    assert len(body) <= 16_000
    assert "/*" not in body
    assert "@layer" not in body
    assert "url(" not in body


def test_squeezing_keeps_the_meaning():
    assert (
        squeezed("/* a */ a :hover , b > c { margin: 0 calc(1px + 2px) ; }") == "a :hover,b>c{margin:0 calc(1px + 2px)}"
    )


def test_the_script_asks_no_other_host_and_holds_no_import():
    text = script().body.decode()
    assert not re.search(r"https?://|\bimport\b|\bexport\b|innerHTML|eval", text)
