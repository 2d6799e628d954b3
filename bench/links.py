"""Manage links of the benchmark's visits, as its messages would carry them, and the small proof that opens each."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.world import BIRTH_YEAR, Visit

PROOF = {"birth_year": BIRTH_YEAR, "then": "visit"}


def link_addresses(visits: Sequence[Visit], practice_id: uuid.UUID) -> list[str]:
    """The path of one new link for each visit, in their order."""
    from freeslot.scheduling.operations.links import give_link

    now = datetime.now(UTC)
    tokens = [
        give_link(seed=uuid.uuid4(), appointment_id=visit.id, practice_id=practice_id, contact_id=None, now=now)
        for visit in visits
    ]
    return [f"/m/{token}/" for token in tokens]
