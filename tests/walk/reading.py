"""What an answer says and hands on, and what asking for it did to the database."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from tests.walk.world import NO_ID, NO_REFERENCE

WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE)\b", re.IGNORECASE)
CHANCE = re.compile(r'name="(?:csrfmiddlewaretoken|key)" value="[^"]*"')
REFERENCE = re.compile(r"FS-[0-9A-Z]{4}-[0-9A-Z]{4}")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ADDRESSES = {"href", "src", "action", "formaction", "content", "poster", "srcset", "data"}


class Addresses(HTMLParser):
    """Where a page points, and by what."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the library's form
        self.found += [(name, value or "") for name, value in attrs if name in ADDRESSES]


def words_of(answer: HttpResponse) -> str:
    """Without its chance: of so many forms' tokens one may spell a short name."""
    text = unescape(CHANCE.sub("", body_of(answer)) + answer.headers.get("Location", ""))
    # A line break or a no-break space within a time is one space to a reader.
    return " ".join(text.split())


def title_of(answer: HttpResponse) -> str:
    return unescape("".join(re.findall(r"<title>(.*?)</title>", body_of(answer), re.DOTALL)))


def body_of(answer: HttpResponse) -> str:
    return answer.content.decode(errors="replace") if answer.headers.get("Content-Type", "").startswith("text") else ""


def said(answer: HttpResponse) -> tuple[int, str]:
    """The answer without its chance, and without the ids that were asked for, which it may repeat."""
    text = CHANCE.sub("", body_of(answer) + answer.headers.get("Location", ""))
    return answer.status_code, REFERENCE.sub(NO_REFERENCE, ID.sub(NO_ID, text))


def token_places(answer: HttpResponse, token: str) -> set[str]:
    """Where in an answer a link's token stands: a header, the title, an attribute, or elsewhere in the body."""
    places = {name for name, value in answer.headers.items() if token in unquote(value)}
    if token in title_of(answer):
        places.add("title")
    found = [name for name, value in addresses_in(answer) if token in unquote(value)]
    if body_of(answer).count(token) > len(found):
        places.add("body")
    return places | set(found)


def hosts_in(answer: HttpResponse) -> set[str]:
    """The hosts that a page names in any of its addresses or that a redirect leads to."""
    named = [value for _name, value in addresses_in(answer)] + [answer.headers.get("Location", "")]
    return {urlsplit(each).netloc for each in named} - {""}


def addresses_in(answer: HttpResponse) -> list[tuple[str, str]]:
    page = Addresses()
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        page.feed(body_of(answer))
    return page.found


@contextmanager
def changes_of_rows() -> Iterator[list[str]]:
    changes: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield changes
    changes += [each["sql"] for each in queries.captured_queries if WRITES.match(each["sql"])]


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the browsers' sessions, which the walkers bring along."""
    models = [model for model in apps.get_models() if model is not Session]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}
