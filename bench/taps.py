"""Taps and bytes from the message to the receipt, per door, on a phone with a slow line: docs/generated/taps.md."""

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from playwright.sync_api import Browser, expect, sync_playwright

from bench.figures import Figure
from bench.links import link_addresses
from bench.phone import KILOBITS, ROUND_TRIP_MS, TIMES_SLOWER, Counts, Phone, phone
from bench.server import running_server
from bench.world import BIRTH_YEAR, make_world
from freeslot.accounts.models import User
from freeslot.practices.models import Practice
from tooling.browser import find_browser

PAGE = Path(__file__).resolve().parent.parent / "docs" / "generated" / "taps.md"
ROUNDS = 3
PASSWORD = "quiet-river-morning-42"  # noqa: S105  it guards nothing
ARGUMENTS = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--disable-background-networking"]


DOCUMENT = f"""\
<!-- Made by `script/bench taps`; do not edit. -->

# Taps and bytes from the message to the receipt

One visit of a patient who has no page of ours open and nothing of ours kept on the phone, until the receipt’s page is
there. A phone 390 px wide, a processor {TIMES_SLOWER} times slower than this machine’s, a line of {KILOBITS} kbit/s
that takes {ROUND_TRIP_MS} ms there and back.

## Figures

| from message to receipt | taps | characters typed | requests | bytes received | bytes sent | seconds |
|---|---|---|---|---|---|---|
{{rows}}

Exact are the taps, the characters and the requests, and the bytes to within 5 %, since days and names differ in length.
A test holds this page to them: taps and requests as they stand here, bytes to within a tenth. The seconds are this
machine’s, the median of {ROUNDS}: the time spent waiting for pages, without reading and writing. Bytes are HTTP’s heads
and bodies; the handshakes of the first connection and of TLS come on top for every door alike.

{{ways}}"""


@dataclass(frozen=True)
class Patient:
    """What somebody has at hand who wants to cancel: the practice's page, a name and a password, a link, a year."""

    portal: str
    username: str
    link: str


@dataclass(frozen=True)
class Way:
    door: str
    scripts: bool

    @property
    def name(self) -> str:
        return f"{self.door}, scripts {'on' if self.scripts else 'off'}"


WAYS = [Way(door, scripts) for door in ("portal", "link") for scripts in (True, False)]


def run() -> Iterator[Figure]:
    patients = make_patients(ROUNDS * len(WAYS))
    found: dict[Way, list[Counts]] = {way: [] for way in WAYS}
    connection.close()
    with running_server(processes=1) as port, _browser() as browser:
        for _ in range(ROUNDS):
            for way in WAYS:
                found[way].append(go(browser, way, f"http://127.0.0.1:{port}", patients.pop(), slow=True))
    medians = {way: _median(counts) for way, counts in found.items()}
    PAGE.write_text(_page(medians), encoding="utf-8")
    for way, counts in medians.items():
        for name, unit in (("taps", ""), ("typed", ""), ("requests", ""), ("received", "B"), ("seconds", "s")):
            yield Figure(f"{way.name}: {name}", "any", getattr(counts, name), unit)


@contextmanager
def _browser() -> Iterator[Browser]:
    program = find_browser()
    # Playwright's loop runs in this thread, and Django would refuse queries because of it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=program, args=ARGUMENTS, chromium_sandbox=False)


def make_patients(count: int) -> list[Patient]:
    world = make_world(count)
    portal = f"/p/{Practice.objects.get(pk=world.practice_id).slug}/"
    links = link_addresses(world.visits, world.practice_id)
    patients = []
    for number, (visit, link) in enumerate(zip(world.visits, links, strict=True)):
        user = User.objects.get(pk=visit.user_id)
        user.username = f"ada{number:03}"
        user.set_password(PASSWORD)
        user.save()
        patients.append(Patient(portal, user.username, link))
    return patients


def go(browser: Browser, way: Way, site: str, patient: Patient, *, slow: bool) -> Counts:
    """One patient's way from the message to the receipt."""
    with phone(browser, scripts=way.scripts, slow=slow) as with_phone:
        DOORS[way.door](with_phone, site, patient)
        expect(with_phone.page.get_by_role("heading", level=1)).to_contain_text("Your visit is cancelled")
        with_phone.settle()
        return with_phone.counts


def _by_portal(phone: Phone, site: str, patient: Patient) -> None:
    phone.open(site + patient.portal, "opens the practice’s patient portal, which the message names in words")
    phone.press("Sign in", role="link")
    phone.write("User name or e-mail address", patient.username)
    phone.write("Password", PASSWORD)
    phone.press("Sign in")
    phone.press("Cancel", which=phone.page.locator(".visit-foot a", has_text="Cancel").first)
    phone.press("Cancel this visit")


def _by_link(phone: Phone, site: str, patient: Patient) -> None:
    phone.open(site + patient.link, "opens the link in the message")
    phone.write("Year of birth", BIRTH_YEAR)
    phone.press("Go straight to cancelling it")
    phone.press("Cancel this visit")


DOORS: dict[str, Callable[[Phone, str, Patient], None]] = {"portal": _by_portal, "link": _by_link}


def _median(counts: list[Counts]) -> Counts:
    """Of each figure by itself; taps and requests are the same every time."""
    first = counts[0]
    assert {(each.taps, each.typed, each.requests) for each in counts} == {(first.taps, first.typed, first.requests)}
    return Counts(
        steps=first.steps,
        taps=first.taps,
        typed=first.typed,
        requests=first.requests,
        received=round(statistics.median(each.received for each in counts)),
        sent=round(statistics.median(each.sent for each in counts)),
        seconds=statistics.median(each.seconds for each in counts),
    )


def _page(found: dict[Way, Counts]) -> str:
    rows = [
        f"| {way.name} | {each.taps} | {each.typed} | {each.requests} | {each.received} | {each.sent} | "
        f"{each.seconds:.1f} |"
        for way, each in found.items()
    ]
    steps = {way.door: each.steps for way, each in found.items()}
    ways = "\n".join(line for door, words in steps.items() for line in _steps(door, words))
    return DOCUMENT.format(rows="\n".join(rows), ways=ways)


def _steps(door: str, words: list[str]) -> Iterator[str]:
    yield from (
        f"## By the {door}",
        "",
        *(f"{number}. The patient {each}." for number, each in enumerate(words, 1)),
        "",
    )
