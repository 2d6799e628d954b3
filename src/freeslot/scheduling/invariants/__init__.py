"""What must always hold of slots, visits and their history; run by `freeslot doctor`.

Each breach is one sentence; visits are named by their reference, nobody by name.
"""

from collections.abc import Iterator
from datetime import datetime

from freeslot.scheduling.invariants import checkouts, history, moves, ownership, slots, visits


def breaches(*, now: datetime) -> Iterator[str]:
    yield from slots.breaches(now=now)
    yield from visits.breaches(now=now)
    yield from checkouts.breaches(now=now)
    yield from history.breaches()
    yield from moves.breaches()
    yield from ownership.breaches()
