"""The taps, requests and bytes of docs/generated/taps.md are those of the pages as they are."""

from typing import Any

import pytest
from playwright.sync_api import Browser

from bench.taps import WAYS, Way, go, make_patients
from tests.docs.documents import table

pytestmark = [pytest.mark.long, pytest.mark.journey]

MADE_ANEW = "run `script/bench taps`, look at what it writes, and commit it"


def told(way: Way) -> list[int]:
    """Taps, characters, requests, bytes received and sent."""
    rows = {row[0]: row[1:6] for row in table("docs/generated/taps.md", "Figures")}
    return [int(cell) for cell in rows[way.name]]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
@pytest.mark.usefixtures("transactional_db")
def test_the_document_of_taps_says_what_is_so(live_server: Any, browser: Browser, way: Way) -> None:
    counts = go(browser, way, live_server.url, make_patients(1)[0], slow=False)
    taps, typed, requests, received, sent = told(way)
    assert (counts.taps, counts.typed, counts.requests) == (taps, typed, requests), MADE_ANEW
    assert counts.received == pytest.approx(received, rel=0.1), MADE_ANEW
    assert counts.sent == pytest.approx(sent, rel=0.1), MADE_ANEW


@pytest.mark.parametrize("scripts", [True, False])
def test_the_link_costs_less_of_everything_than_the_portal(scripts: bool) -> None:
    by_link, by_portal = told(Way("link", scripts)), told(Way("portal", scripts))
    assert [ours < theirs for ours, theirs in zip(by_link, by_portal, strict=True)] == [True] * 5
