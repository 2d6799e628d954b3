"""The cast at its own moment, and nothing left over from the reads that an earlier test counted."""

from collections.abc import Iterator

import pytest

from freeslot.doors.link import hits
from tests.visits.conftest import cast, clock, later, patient, sign_in

__all__ = ["cast", "clock", "later", "patient", "sign_in"]


@pytest.fixture(autouse=True)
def _nothing_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No thread of this process may reach into a test's database."""
    monkeypatch.setattr(hits, "_is_server", False)
    hits._waiting.clear()
    yield
    hits._waiting.clear()
