"""Each of these tests begins and ends in English and leaves no thread that still speaks to the database."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from freeslot.events import wake


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """A page that was asked for in Spanish leaves its thread so."""
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def _nobody_is_notified(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that wakes other processes would keep a connection of its own open, past the end of the tests."""
    monkeypatch.setattr(wake, "_start_announcer", lambda: None)
