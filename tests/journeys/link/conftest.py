"""Links of mails lead to the served site, and the reads that one test made are not another's."""

from collections.abc import Iterator
from typing import Any

import pytest

from freeslot.doors.link import hits


@pytest.fixture(autouse=True)
def _links_lead_here(settings: Any, live_server: Any) -> None:
    settings.BASE_URL = live_server.url


@pytest.fixture(autouse=True)
def _reads_of_this_test_alone() -> Iterator[None]:
    hits._waiting.clear()
    yield
    hits._waiting.clear()
