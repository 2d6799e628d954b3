"""The language of a page is one that the browser takes."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("es", "es"),
        ("fr, es;q=0.1", "es"),
        ("es;q=0", "en"),
        ("fr, es;q=0.000", "en"),
        ("es-MX, es;q=0", "es"),
        ("en;q=0, es", "es"),
        ("", "en"),
        (";q=0,,", "en"),
    ],
)
def test_a_language_that_is_refused_is_not_spoken(db, asked, language):
    page = Client().get("/find/", headers={"Accept-Language": asked})
    assert f'<html lang="{language}"' in page.content.decode()


def test_a_language_that_was_chosen_goes_before_what_the_browser_asks_for(db):
    client = Client()
    client.post("/i18n/setlang/", {"language": "es", "next": "/find/"})
    assert '<html lang="es"' in client.get("/find/", headers={"Accept-Language": "es;q=0, en"}).content.decode()
