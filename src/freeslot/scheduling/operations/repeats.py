"""Idempotency: the same key for the same act gives the stored outcome; a repeat writes before it answers."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.db.models import F

from freeslot.database.rows import Columns, adapted, insert_row
from freeslot.scheduling.actors import Actor
from freeslot.scheduling.errors import KeyReused
from freeslot.scheduling.models import IdempotencyRow

LIFETIME = timedelta(days=7)
# How long after each other two presses of one button can come.
PRESSED_TWICE = timedelta(minutes=1)
ROW = Columns(IdempotencyRow, "i")
EARLIER = "WHERE i.actor = %s AND i.operation = %s AND i.key = %s"


@dataclass(frozen=True)
class Earlier:
    """What a key led to before: the event, where there was one, and what the operation said of it."""

    event_id: uuid.UUID | None
    said: dict[str, str]


@dataclass(frozen=True)
class Key:
    """A key within its scope. `request` is what the act was asked to do, so that a reused key is noticed."""

    actor: Actor
    operation: str
    key: str
    request: tuple[Any, ...]

    @property
    def scope(self) -> dict[str, str]:
        who = f"{self.actor.kind}:{self.actor.id or ','.join(map(str, self.actor.appointment_ids))}"
        return {"actor": who, "operation": self.operation, "key": self.key}

    @property
    def request_hash(self) -> str:
        return hashlib.sha256(json.dumps(self.request, default=str).encode()).hexdigest()

    def earlier(self) -> Earlier | None:
        """What this key led to before, if it was used. Raises KeyReused when it was for something else.

        The row is written before its outcome is given: an answer that was only read could be acknowledged by a
        database that a fail-over then forgets.
        """
        if not self.key:
            return None
        row = self._earlier_row()
        if row is None:
            return None
        if row.request_hash != self.request_hash:
            raise KeyReused
        IdempotencyRow.objects.filter(pk=row.pk).update(repeats=F("repeats") + 1)
        event_id = row.outcome["event"]
        return Earlier(uuid.UUID(event_id) if event_id else None, row.outcome)

    def store(self, event_id: uuid.UUID | None, *, practice_id: uuid.UUID, now: datetime, **said: str) -> None:
        """What `earlier` will give back. Raises KeyReused when the key was used for another visit in the meantime; the
        caller's act is then undone."""
        if self.key:
            row = IdempotencyRow(
                practice_id=practice_id,
                request_hash=self.request_hash,
                outcome=said | {"event": str(event_id) if event_id else None},
                expires_at=now + LIFETIME,
                **self.scope,
            )
            try:
                insert_row(row)
            except IntegrityError:
                raise KeyReused from None

    def _earlier_row(self) -> IdempotencyRow | None:
        found = ROW.find(EARLIER, adapted(IdempotencyRow, **self.scope))
        return found[0] if found else None


def forget_expired_keys(*, now: datetime) -> int:
    return IdempotencyRow.objects.filter(expires_at__lte=now).delete()[0]
