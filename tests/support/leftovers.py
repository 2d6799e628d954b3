"""Keeps one test from reaching into the next: by a thread that still speaks to the database, or by its language."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def _nobody_is_notified(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that wakes other processes would hold a connection past the end of the tests."""
    if "_announcing" not in request.fixturenames:
        monkeypatch.setattr("freeslot.events.wake._start_announcer", lambda: None)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A page that was asked for in Spanish leaves its thread so."""
    with override("en"):
        yield
