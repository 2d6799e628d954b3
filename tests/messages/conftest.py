"""Real mail over a real line for every test of messages, with a proof that needs no other app."""

from typing import Any

import pytest

from tests.messages.mailserver import mailbox

__all__ = ["mailbox"]


@pytest.fixture(autouse=True)
def _a_deployment(settings: Any) -> None:
    settings.BASE_URL = "https://visits.example.org"
    settings.DEFAULT_FROM_EMAIL = "visits@visits.example.org"
    settings.FREESLOT_PROOFS = ["tests.messages.proofs.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["tests.messages.proofs.number_for"]
