"""Events of visits that nobody has to book: the queue does not ask whose they are."""

import uuid
from datetime import UTC, datetime, timedelta

from freeslot.events.models import Event

NOW = datetime(2027, 3, 3, 21, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def happened(subject: uuid.UUID | None = None, *, version: int = 1, at: datetime = NOW) -> Event:
    return Event.objects.create(
        practice_id=uuid.UUID(int=1), subject_id=subject or uuid.uuid4(), version=version, kind="appointment.booked",
        at=at, due_at=at, actor_kind="patient", door="portal",
    )  # fmt: skip


def history(length: int) -> list[Event]:
    """One visit's events, all waiting."""
    subject = uuid.uuid4()
    return [happened(subject, version=version) for version in range(1, length + 1)]
