"""Keeps a visit's charges in step with its events: a late cancel makes one, an undo waives it."""

from datetime import datetime

from freeslot.charges.models import OPEN, Charge
from freeslot.events.models import Event


def react(event: Event, _now: datetime) -> None:
    """Safe to run twice: one event makes one charge, and what was waived is not waived again."""
    if event.kind == "appointment.cancelled" and event.data["fee_minor"] > 0:
        _charge(event)
    elif event.kind == "appointment.undone":
        _waive(event)


def _charge(event: Event) -> None:
    Charge.objects.get_or_create(
        event_id=event.pk,
        defaults={
            "practice_id": event.practice_id,
            "appointment_id": event.subject_id,
            "amount_minor": event.data["fee_minor"],
            "currency": event.data["currency"],
            "state": Charge.State(event.data["fee_state"]),
            "why": event.data["why"],
            "decided_at": event.at,
        },
    )


def _waive(event: Event) -> None:
    """Only what an earlier event charged: an undo that is handled twice must not touch the cancel that came after."""
    earlier = Charge.objects.filter(appointment_id=event.subject_id, event__version__lt=event.version, state__in=OPEN)
    earlier.update(state=Charge.State.WAIVED, why="undone", decided_at=event.at)
