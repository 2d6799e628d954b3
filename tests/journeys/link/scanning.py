"""Plays a stored shape of a machine that reads mail: what it asks for, from where, and how far it goes."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

from playwright.sync_api import Error, Page

SHAPES = Path(__file__).parent / "scanners"
FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
MOST_REDIRECTS = 5
EVERYTHING_TO_PRESS = "button, input[type=submit]"
EVERYTHING_TO_FILL = "input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea"


@dataclass(frozen=True)
class Shape:
    """`moves` names the tables that it may leave changed, all of them counters and what is known of its visitor."""

    name: str
    shape: str
    moves: list[str]
    steps: list[dict[str, Any]]

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    @property
    def browses(self) -> bool:
        return any(step["do"] == "browse" for step in self.steps)

    @property
    def guesses(self) -> list[str]:
        typed = [guess for step in self.steps for guess in step.get("guesses", [])]
        return typed + [text for step in self.steps for text in step.get("form", {}).values()]


def shapes() -> list[Shape]:
    return [Shape.load(path) for path in sorted(SHAPES.glob("*.json"))]


@dataclass
class Machine:
    """One scanner at work on one link; it has read the whole mail, so it knows the reference too."""

    link: str
    reference: str
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""
    answers: list[int] = field(default_factory=list)
    presses: int = 0

    def play(self, shape: Shape, open_page: Callable[..., Page], *, quick: bool = False) -> None:
        """`quick` keeps a browser to the first page and a few guesses."""
        for step in shape.steps:
            if step["do"] == "browse":
                guesses, depth = (step["guesses"][:4], 0) if quick else (step["guesses"], step["depth"])
                starts = [self._filled(each) for each in step["from"]]
                crawl = Crawl(open_page(phone=False), guesses, everywhere=step["every_guess_at"])
                crawl.go(starts[:1] if quick else starts, depth)
                self.presses += crawl.presses
            else:
                for _ in range(step.get("times", 1)):
                    self.ask(step)

    def ask(self, step: dict[str, Any]) -> None:
        address, method = self._filled(step.get("at", "{link}")), step["method"]
        for _ in range(MOST_REDIRECTS):
            _status, location = self._ask_once(address, method, step)
            if not (step.get("follows") and location):
                return
            address, method = urljoin(address, location), "GET"

    def _ask_once(self, address: str, method: str, step: dict[str, Any]) -> tuple[int, str]:
        parts = urlsplit(address)
        form = {name: self._filled(value) for name, value in step.get("form", {}).items()}
        if step.get("keeps_cookies") and self.form_token:
            form["csrfmiddlewaretoken"] = self.form_token
        body = urlencode(form) if method == "POST" else None
        host = ("127.0.0.1", parts.port)
        line = HTTPConnection(*host, timeout=30, source_address=(step.get("from", "127.0.0.1"), 0))
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            line.request(method, path, body, self._headers(step, parts.netloc, has_body=body is not None))
            answer = line.getresponse()
            self._remember(answer, step)
            return answer.status, answer.headers.get("Location", "")
        finally:
            line.close()

    def _headers(self, step: dict[str, Any], host: str, *, has_body: bool) -> dict[str, str]:
        headers = {"Host": host, **step.get("headers", {})}
        if has_body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if step.get("keeps_cookies") and self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    def _remember(self, answer: HTTPResponse, step: dict[str, Any]) -> None:
        self.answers.append(answer.status)
        text = answer.read(step.get("reads", 1 << 20)).decode(errors="replace")
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        if found := FORM_TOKEN.search(text):
            self.form_token = found[1]

    def _filled(self, text: str) -> str:
        site = "{0.scheme}://{0.netloc}".format(urlsplit(self.link))
        return text.format(link=self.link, reference=self.reference, site=site)


@dataclass
class Crawl:
    """A browser with scripts on that opens every link of the same host, fills every field and presses every button.

    Each page is pressed through once, with one guess; with each of them under the addresses of `everywhere`.
    """

    page: Page
    guesses: list[str]
    everywhere: list[str]
    presses: int = 0
    seen: set[str] = field(default_factory=set)

    def go(self, starts: list[str], depth: int) -> None:
        here = urlsplit(starts[0]).netloc
        waiting = [(each, 0) for each in starts]
        for address, level in waiting:
            place = urlsplit(address).path
            if place in self.seen:
                continue
            self.seen.add(place)
            self.page.goto(address)
            found = [*self._links(), *self._pressed_through(address)]
            if level < depth:
                waiting += [(each, level + 1) for each in found if urlsplit(each).netloc == here]

    def _links(self) -> list[str]:
        return list(self.page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"))

    def _pressed_through(self, address: str) -> Iterator[str]:
        is_worth_it = any(urlsplit(address).path.startswith(each) for each in self.everywhere)
        fields = self.page.locator(EVERYTHING_TO_FILL).count()
        for guess in self.guesses if is_worth_it and fields else self.guesses[:1]:
            index = 0
            while index < self.page.locator(EVERYTHING_TO_PRESS).count():
                yield from self._press(address, index, guess)
                index += 1

    def _press(self, address: str, index: int, guess: str) -> Iterator[str]:
        """On the page that the last press led to, where it is still this one: what an answer offers is pressed too."""
        for blank in self.page.locator(EVERYTHING_TO_FILL).all():
            if blank.is_visible():
                fill(blank, guess)
        button = self.page.locator(EVERYTHING_TO_PRESS).nth(index)
        if button.is_visible():
            self.presses += 1
            button.click()
            self.page.wait_for_load_state()
            yield self.page.url
            yield from self._links()
        if urlsplit(self.page.url).path != urlsplit(address).path:
            self.page.goto(address)


def fill(blank: Any, guess: str) -> None:
    try:
        blank.fill(guess)
    except Error:
        """A field for a number or a date takes no other text; so it is left as it is."""
