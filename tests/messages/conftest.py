"""Real mail over a real line for every test of messages, with a proof that needs no other app."""

from typing import Any

import pytest

from freeslot.events import wake
from tests.messages.mailserver import mailbox

__all__ = ["mailbox"]


@pytest.fixture(autouse=True)
def _no_thread_that_outlives_its_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """The announcer keeps a connection of its own, which the test database would wait for at the end."""
    monkeypatch.setattr(wake, "_start_announcer", lambda: None)


@pytest.fixture(autouse=True)
def _a_deployment(settings: Any) -> None:
    settings.BASE_URL = "https://visits.example.org"
    settings.DEFAULT_FROM_EMAIL = "visits@visits.example.org"
    settings.FREESLOT_PROOFS = ["tests.messages.proofs.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["tests.messages.proofs.number_for"]
