"""The pages and the press of a cancel by link beside the portal's: SQL statements, and time in the application."""

import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure
from bench.links import PROOF, link_addresses
from bench.server import cookies_for
from bench.world import Visit, make_world

EACH, WARM_UP = 60, 8
MOST_MORE = 2
BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Caller:
    """A patient's browser that may see the visit by its door. `arrive` asks for the page that a message leads to."""

    browser: Client
    visit: Visit
    arrive: Callable[[], Any]

    def page(self, part: str = "") -> Any:
        return self.browser.get(f"/appointments/{self.visit.reference}/{part}")

    def cancel(self) -> Any:
        form = {"confirm": "0", "key": uuid.uuid4().hex, "reason": "", "note": ""}
        return self.browser.post(f"/appointments/{self.visit.reference}/cancellation/", form)


# In this order: the cancel uses the visits up.
ACTS: dict[str, tuple[Callable[[Caller], Any], int]] = {
    "first page": (lambda caller: caller.arrive(), 200),
    "visit page": (lambda caller: caller.page(), 200),
    "cancel page": (lambda caller: caller.page("cancellation/"), 200),
    "cancel and receipt": (lambda caller: caller.cancel(), 303),
}


def run() -> Iterator[Figure]:
    world = make_world(2 * (EACH + WARM_UP))
    ours, theirs = world.visits[::2], world.visits[1::2]
    links = link_addresses(ours, world.practice_id)
    by_link = [_by_link(visit, link) for visit, link in zip(ours, links, strict=True)]
    by_portal = [_by_portal(visit) for visit in theirs]
    for name, (act, status) in ACTS.items():
        counts = [_statements(act, status, callers[:WARM_UP]) for callers in (by_link, by_portal)]
        yield Figure(
            f"{name} by link, SQL statements", connection.vendor, counts[0], "", ratio=counts[0] / counts[1],
            bound=f"at most the portal's {counts[1]} and {MOST_MORE}", holds=counts[0] <= counts[1] + MOST_MORE,
        )  # fmt: skip
        yield _time(name, act, status, by_link[WARM_UP:], by_portal[WARM_UP:])


def _by_link(visit: Visit, link: str) -> Caller:
    browser, stranger = _browser(), _browser()
    assert browser.post(link, PROOF).status_code == 303
    return Caller(browser, visit, lambda: stranger.get(link))


def _by_portal(visit: Visit) -> Caller:
    browser = _browser()
    for name, value in (pair.split("=", 1) for pair in cookies_for(visit.user_id).split("; ")):
        browser.cookies[name] = value
    return Caller(browser, visit, lambda: browser.get(f"/appointments/{visit.reference}/"))


def _browser() -> Client:
    """One that has made a request: with its first, Django's test client loads what a server loads once."""
    browser = Client()
    browser.get("/healthz")
    return browser


def _statements(act: Callable[[Caller], Any], status: int, callers: Sequence[Caller]) -> int:
    """Those of the last caller, when everything is warm; the session's are counted, a transaction's bounds are not."""
    sql: list[str] = []
    for caller in callers:
        with CaptureQueriesContext(connection) as captured:
            _seconds(act, status, caller)
        sql = [each["sql"] for each in captured]
    return len([each for each in sql if not each.startswith(BOUNDS)])


def _time(
    name: str, act: Callable[[Caller], Any], status: int, ours: Sequence[Caller], theirs: Sequence[Caller]
) -> Figure:
    """In turns, so that a noisy neighbour meets both."""
    waits = [
        (_seconds(act, status, mine), _seconds(act, status, other)) for mine, other in zip(ours, theirs, strict=True)
    ]
    link, portal = (statistics.median(each) for each in zip(*waits, strict=True))
    return Figure(f"{name} by link, median", connection.vendor, 1000 * link, "ms", ratio=link / portal)


def _seconds(act: Callable[[Caller], Any], status: int, caller: Caller) -> float:
    started = time.perf_counter()
    response = act(caller)
    took = time.perf_counter() - started
    assert response.status_code == status, response.status_code
    return took
