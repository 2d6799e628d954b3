"""A phone on a slow line: counts what its owner does and what goes over the line until the last page is there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Locator, Page

KILOBITS, ROUND_TRIP_MS, TIMES_SLOWER = 400, 400, 4
SCREEN = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
# What the last page still loads comes within this; what it fetches later, to stay up to date, comes after two seconds.
SETTLES_MS = 300


@dataclass
class Counts:
    """Bytes are those of HTTP, heads and bodies; `seconds` is the time spent waiting for pages, typing left out."""

    steps: list[str] = field(default_factory=list)
    taps: int = 0
    typed: int = 0
    requests: int = 0
    received: int = 0
    sent: int = 0
    seconds: float = 0.0


class Phone:
    """`open`, `tap` and `write` are the owner's; each says in a few words what it is."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.counts = Counts()

    def open(self, address: str, words: str) -> None:
        self._note(words, taps=1)
        with self._waiting():
            self.page.goto(address, wait_until="load")

    def write(self, label: str, text: str) -> None:
        self._note(f"taps “{label}” and writes {len(text)} characters", taps=1)
        self.counts.typed += len(text)
        self.page.get_by_label(label, exact=True).tap()
        self.page.keyboard.insert_text(text)

    def press(self, words: str, *, role: Any = "button", which: Locator | None = None) -> None:
        """Presses what leads to another page, and waits for that."""
        self._note(f"presses “{words}”", taps=1)
        pressed = which or self.page.get_by_role(role, name=words, exact=True)
        pressed.scroll_into_view_if_needed()
        with self._waiting(), self.page.expect_navigation(wait_until="load"):
            pressed.tap()

    def settle(self) -> None:
        self.page.wait_for_timeout(SETTLES_MS)

    def _note(self, words: str, *, taps: int) -> None:
        self.counts.steps.append(words)
        self.counts.taps += taps

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.counts.seconds += time.perf_counter() - started


@contextmanager
def phone(browser: Browser, *, scripts: bool, slow: bool) -> Iterator[Phone]:
    """A phone that was never here before: no cookies, nothing kept."""
    context = browser.new_context(
        **SCREEN, java_script_enabled=scripts, locale="en-US", timezone_id="America/New_York", reduced_motion="reduce"
    )
    try:
        page = context.new_page()
        phone = Phone(page)
        line = context.new_cdp_session(page)
        _count(line, phone.counts)
        if slow:
            _slow_down(line)
        yield phone
    finally:
        context.close()


def _slow_down(line: CDPSession) -> None:
    rate = KILOBITS * 1000 / 8
    conditions = {"offline": False, "latency": ROUND_TRIP_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    line.send("Network.emulateNetworkConditions", conditions)
    line.send("Emulation.setCPUThrottlingRate", {"rate": TIMES_SLOWER})


def _count(line: CDPSession, counts: Counts) -> None:
    """What comes from the browser's own store has no length on the line and counts as nothing."""

    def asked(event: dict[str, Any]) -> None:
        if "redirectResponse" in event:
            came(event["redirectResponse"])
        counts.sent += len(event["request"].get("postData", ""))

    def head_sent(event: dict[str, Any]) -> None:
        counts.sent += sum(len(name) + len(value) + len(": \r\n") for name, value in event["headers"].items())

    def came(event: dict[str, Any]) -> None:
        counts.requests += event["encodedDataLength"] > 0
        counts.received += event["encodedDataLength"]

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.requestWillBeSentExtraInfo", head_sent)
    line.on("Network.loadingFinished", came)
    line.send("Network.enable")
