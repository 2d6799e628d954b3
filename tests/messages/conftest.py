"""Real mail over a real line for every test of messages, with a proof that needs no other app."""

from typing import Any

import pytest

from tests.messages.gatewayserver import gateway
from tests.messages.mailserver import mailbox
from tests.support.cast import Cast, make_cast

__all__ = ["gateway", "mailbox"]


@pytest.fixture(autouse=True)
def _a_deployment(settings: Any) -> None:
    settings.BASE_URL = "https://visits.example.org"
    settings.DEFAULT_FROM_EMAIL = "visits@visits.example.org"
    settings.FREESLOT_PROOFS = ["tests.messages.proofs.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["tests.messages.proofs.number_for"]


@pytest.fixture
def cast() -> Cast:
    cast = make_cast(weeks=2)
    cast.patient.contacts.update(value="maria@example.org")
    return cast
