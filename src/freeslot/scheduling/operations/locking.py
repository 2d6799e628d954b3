"""Loads one visit for a change: through the actor's own scope, and locked until the transaction ends."""

from datetime import datetime

from freeslot.scheduling.actors import Actor
from freeslot.scheduling.errors import UnknownAppointment
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.reading import FOR_CHANGE, read_visit


def lock_appointment(ref: str, *, actor: Actor, now: datetime, parts: tuple[str, ...] = FOR_CHANGE) -> Appointment:
    """The visit with its practice and policy, or with the parts named. Raises UnknownAppointment to strangers."""
    if len(actor.appointment_ids) > 1:
        # Whoever opened several visits by their links may look at them; each is changed as its own link's holder.
        raise UnknownAppointment
    appointment = read_visit(ref, actor=actor, now=now, parts=parts, lock=True)
    if appointment is None:
        raise UnknownAppointment
    return appointment
