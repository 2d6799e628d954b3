"""Takes a cancel back after its undo window while nobody has taken the time: the same visit, the same reference."""

from datetime import datetime
from itertools import pairwise

from django.db import transaction

from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.errors import SlotTaken, UndoOver
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.slots import make_busy
from freeslot.scheduling.operations.undo import Undone, book_again, is_theirs_to_undo
from freeslot.scheduling.states import LIVE, Status


def take_back_visit(*, ref: str, actor: Actor, door: Door, now: datetime) -> Undone:
    """Books the visit again as it was, in the window or after it.

    Raises UnknownAppointment; UndoOver where it is not theirs to take back or the start is too near; SlotTaken when
    somebody else has the time by now.
    """
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        if appointment.status in LIVE:
            return Undone(ref)
        if not is_theirs_to_undo(appointment, actor) or not _is_in_time(appointment, now):
            raise UndoOver
        _take_slots(appointment, now)
        return book_again(appointment, actor=actor, door=door, now=now)


def can_take_back(appointment: Appointment, actor: Actor, now: datetime) -> bool:
    """Whether the time is still there to be taken back after the undo window; at most one statement."""
    if appointment.status != Status.CANCELLED or not is_theirs_to_undo(appointment, actor):
        return False
    if appointment.can_be_undone(now) or not _is_in_time(appointment, now):
        return False
    return bool(_slots_of_time(appointment, now))


def _is_in_time(appointment: Appointment, now: datetime) -> bool:
    """The rule that ends an undo some time before the start ends this as well."""
    return now < appointment.starts_at - appointment.rules.undo_ends_before


def _take_slots(appointment: Appointment, now: datetime) -> None:
    slots = _slots_of_time(appointment, now)
    if not slots:
        raise SlotTaken
    make_busy([slot.pk for slot in slots], appointment=appointment, now=now, holder=appointment.pk)


def _slots_of_time(appointment: Appointment, now: datetime) -> list[Slot]:
    """The pieces that the visit had, none where not all of them can be taken: as many as it took then, whatever its
    type takes today. One practitioner has none twice at one time, squeezed-in ones apart. What the practice has closed
    meanwhile is the visit's no longer than its undo window."""
    holder = appointment.pk if appointment.can_be_undone(now) else None
    there = Slot.objects.filter(
        practice_id=appointment.practice_id,
        practitioner_id=appointment.practitioner_id,
        location_id=appointment.location_id,
        starts_at__gte=appointment.starts_at,
        overbooked=False,
    )
    slots = list(there.takeable(now, holder=holder).order_by("starts_at")[: appointment.slot_count])
    begins = len(slots) == appointment.slot_count and slots[0].starts_at == appointment.starts_at
    whole = begins and all(one.ends_at == other.starts_at for one, other in pairwise(slots))
    return slots if whole and slots[-1].ends_at >= appointment.ends_at else []
