"""Takes a cancel back inside its undo window: the same visit, the same reference, the same slots."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from freeslot.events.models import Event
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.errors import UndoOver
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import facts_of_terms, record
from freeslot.scheduling.operations.slots import take_back
from freeslot.scheduling.states import LIVE, Act, Side, Status, transition


@dataclass(frozen=True)
class Undone:
    """`event` is None when the visit was booked already (a second press)."""

    reference: str
    event: Event | None = None


def undo_cancel(*, ref: str, actor: Actor, door: Door, now: datetime) -> Undone:
    """Books the visit again as it was. Raises UnknownAppointment, or UndoOver once the window has ended.

    What the practice cancelled is not the patient's to take back.
    """
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        if appointment.status in LIVE:
            return Undone(ref)
        is_open = is_theirs_to_undo(appointment, actor) and appointment.can_be_undone(now)
        if not is_open or not take_back(appointment, now=now):
            raise UndoOver
        return book_again(appointment, actor=actor, door=door, now=now)


def is_theirs_to_undo(appointment: Appointment, actor: Actor) -> bool:
    allowed = transition(Act.UNDO, Status(appointment.status), actor.side)
    return allowed is not None and (actor.side is not Side.PATIENT or appointment.cancel_kind != "by_practice")


def book_again(appointment: Appointment, *, actor: Actor, door: Door, now: datetime) -> Undone:
    """The cancelled visit booked as it was; its slots must already be its own again."""
    _mark_booked(appointment)
    terms = facts_of_terms(appointment)
    event = record(appointment, "appointment.undone", actor=actor, door=door, now=now, data=terms)
    return Undone(appointment.reference, event)


def _mark_booked(appointment: Appointment) -> None:
    """Back to booked; what the cancel was is kept by its event."""
    appointment.status = Status.BOOKED
    appointment.version += 1
    appointment.sequence += 1
    appointment.cancelled_at = None
    appointment.undo_until = None
    appointment.released_at = None
    appointment.fee_minor = 0
    appointment.fee_state = Appointment.FeeState.NONE
    for name in ("cancelled_by", "cancelled_by_id", "cancelled_door", "cancel_kind", "reason", "note"):
        setattr(appointment, name, "")
    appointment.save(update_fields=UNDO_FIELDS)


UNDO_FIELDS = [
    "status", "version", "sequence", "cancelled_at", "undo_until", "released_at", "fee_minor", "fee_state",
    "cancelled_by", "cancelled_by_id", "cancelled_door", "cancel_kind", "reason", "note",
]  # fmt: skip
