"""Ends undo windows: at once when the patient says so, by itself when the time is up."""

from datetime import datetime

from django.db import transaction

from freeslot.scheduling.actors import SYSTEM, Actor, Door
from freeslot.scheduling.errors import NotAllowed
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import record
from freeslot.scheduling.operations.slots import free_lapsed, free_slots_of
from freeslot.scheduling.states import Side, Status

BATCH = 200


def release_slots(*, ref: str, actor: Actor, door: Door, now: datetime) -> bool:
    """Frees a cancelled visit's slots now; False when they were free already.

    Raises NotAllowed for a live visit; what the practice cancelled is not the patient's to give back either.
    """
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        by_practice = appointment.cancel_kind == "by_practice"
        if appointment.status != Status.CANCELLED or (by_practice and actor.side is Side.PATIENT):
            raise NotAllowed
        if appointment.released_at is not None:
            return False
        _release(appointment, actor=actor, door=door, now=now)
    return True


def release_lapsed(*, now: datetime) -> int:
    """Announces undo windows that have ended and frees lapsed holds; how many windows. Run by the worker.

    A lapsed hold counts as free wherever a slot is taken, so nobody waits for this.
    """
    lapsed = Appointment.objects.filter(status=Status.CANCELLED, released_at__isnull=True, undo_until__lte=now)
    references = list(lapsed.order_by("undo_until").values_list("reference", flat=True)[:BATCH])
    announced = sum(_announce_lapse(reference, now) for reference in references)
    undo_windows = Appointment.objects.filter(released_at__isnull=True, status=Status.CANCELLED)
    with transaction.atomic():
        free_lapsed(now, but_of=undo_windows)
    return announced


def _announce_lapse(reference: str, now: datetime) -> bool:
    with transaction.atomic():
        appointment = lock_appointment(reference, actor=SYSTEM, now=now)
        window_open = appointment.undo_until is None or now < appointment.undo_until
        if appointment.status != Status.CANCELLED or appointment.released_at is not None or window_open:
            return False
        _release(appointment, actor=SYSTEM, door=Door.SYSTEM, now=now)
    return True


def _release(appointment: Appointment, *, actor: Actor, door: Door, now: datetime) -> None:
    free_slots_of(appointment)
    appointment.version += 1
    appointment.released_at = now
    appointment.save(update_fields=["version", "released_at"])
    record(appointment, "appointment.released", actor=actor, door=door, now=now)
