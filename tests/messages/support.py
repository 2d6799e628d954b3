"""Short ways to what tests of messages need: a cancel, its messages, one turn of the worker's two jobs."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.messages.reactor import react
from freeslot.messages.sending import send_due_messages
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.undo import undo_cancel
from tests.support.cast import Cast


def cancel(
    cast: Cast, visit: Appointment, *, at: datetime | None = None, actor: Actor | None = None, fee: int = 99999
) -> None:
    by_practice = actor is not None and actor.practice_id is not None
    cancel_appointment(
        ref=visit.reference,
        actor=actor or cast.patient_actor,
        door=Door.DESK if by_practice else Door.PORTAL,
        reason="",
        note="",
        accepted_fee=fee,
        idempotency_key="",
        now=at or cast.now,
    )


def undo(cast: Cast, visit: Appointment, *, at: datetime) -> None:
    undo_cancel(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=at)


def make_messages(now: datetime) -> list[Message]:
    """What the worker's reactor makes of all events there are, in their order."""
    for event in Event.objects.order_by("subject_id", "version"):
        react(event, now)
    return list(Message.objects.order_by("appointment_id", "event_version"))


def send_all(now: datetime) -> None:
    while send_due_messages(now=now):
        pass


__all__ = ["cancel", "handle_due_events", "make_messages", "send_all", "undo"]
