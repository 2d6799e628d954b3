"""No test leaves a thread that still speaks to the database."""

import pytest

from freeslot.events import wake


@pytest.fixture(autouse=True)
def _nobody_is_notified(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that wakes other processes would keep a connection of its own open, past the end of the tests."""
    monkeypatch.setattr(wake, "_start_announcer", lambda: None)
