"""Holds slots for somebody by an id alone, and gives them back; what a booking keeps is in `checkout.py`."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from freeslot.scheduling.operations.slots import free_held_by, make_held


def hold_slots(*, slot_ids: Sequence[int], holder: uuid.UUID, length: timedelta, now: datetime) -> datetime:
    """Holds the slots, or renews the holder's hold; when it ends. Raises SlotTaken and changes nothing otherwise."""
    until = now + length
    with transaction.atomic():
        make_held(slot_ids, holder=holder, until=until, now=now)
    return until


def release_hold(*, holder: uuid.UUID) -> int:
    """Frees what the holder holds; how many slots."""
    with transaction.atomic():
        return free_held_by(holder)
