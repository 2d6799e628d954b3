"""Looks at wishes when something happens to a visit: its own may be over, and what it gave back may fulfil others'."""

import uuid
from datetime import datetime

from freeslot.events.models import Event
from freeslot.waitlist.operations.serve import Freed, end_if_over, serve_freed


def react(event: Event, now: datetime) -> None:
    """Safe to run twice: the state of this moment decides, not the event."""
    if not event.kind.startswith("appointment.") or event.kind == "appointment.booked":
        return
    end_if_over(event.subject_id, now=now)
    if freed := _freed(event):
        serve_freed(freed, now=now)


def _freed(event: Event) -> Freed | None:
    """The time that the visit had before a move, or has given back. What an undo window holds is not free yet."""
    is_held = event.kind == "appointment.cancelled" and event.data.get("undo_until")
    if event.kind not in FREEING or is_held:
        return None
    before = FREEING[event.kind]
    return Freed(
        practice_id=event.practice_id,
        practitioner_id=uuid.UUID(event.data[f"practitioner_id{before}"]),
        location_id=uuid.UUID(event.data[f"location_id{before}"]),
        starts_at=datetime.fromisoformat(event.data[f"starts_at{before}"]),
    )


# What frees time, and how the event calls the time that it freed.
FREEING = {"appointment.released": "", "appointment.cancelled": "", "appointment.moved": "_before"}
