"""What the practice notes on the day: the patient has arrived, was seen, or did not come."""

import uuid
from datetime import datetime

from django.db import transaction

from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.errors import NotAllowed
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import record
from freeslot.scheduling.states import Act, Status, transition


def check_in(*, ref: str, actor: Actor, door: Door, now: datetime) -> uuid.UUID | None:
    """Notes that the patient has arrived; the event's id, None when it was noted already."""
    return _note(Act.CHECK_IN, "appointment.arrived", ref=ref, actor=actor, door=door, now=now)


def fulfil(*, ref: str, actor: Actor, door: Door, now: datetime) -> uuid.UUID | None:
    """Notes that the visit took place."""
    return _note(Act.FULFIL, "appointment.fulfilled", ref=ref, actor=actor, door=door, now=now)


def mark_no_show(*, ref: str, actor: Actor, door: Door, now: datetime) -> uuid.UUID | None:
    """Notes that the patient did not come; not before the visit has started."""
    return _note(Act.NO_SHOW, "appointment.noshow", ref=ref, actor=actor, door=door, now=now)


def _note(act: Act, kind: str, *, ref: str, actor: Actor, door: Door, now: datetime) -> uuid.UUID | None:
    """Raises UnknownAppointment, or NotAllowed where the table has no such step."""
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        step = transition(act, Status(appointment.status), actor.side)
        if step is None:
            if transition_was_made(act, Status(appointment.status)):
                return None
            raise NotAllowed
        if act is Act.NO_SHOW and now < appointment.starts_at:
            raise NotAllowed
        appointment.status = step.target
        appointment.version += 1
        appointment.save(update_fields=["status", "version"])
        return record(appointment, kind, actor=actor, door=door, now=now).pk


def transition_was_made(act: Act, status: Status) -> bool:
    targets = {Act.CHECK_IN: Status.ARRIVED, Act.FULFIL: Status.FULFILLED, Act.NO_SHOW: Status.NOSHOW}
    return targets[act] is status
