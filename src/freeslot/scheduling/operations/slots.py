"""The guard: slots change hands only by these conditional updates, their rows locked in the order of their ids."""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

from freeslot.database.rows import adapted
from freeslot.scheduling.errors import SlotTaken
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.models.slot import Holder, SlotQuerySet


def make_busy(
    slot_ids: Sequence[int], *, appointment: Appointment, now: datetime, holder: Holder | None = None
) -> None:
    """Gives the slots to a visit. Raises SlotTaken unless every one is free, lapsed, or held by `holder`."""
    _take(slot_ids, now, holder, status=Slot.Status.BUSY, appointment=appointment, held_by=None, held_until=None)


def make_held(slot_ids: Sequence[int], *, holder: uuid.UUID, until: datetime, now: datetime) -> None:
    """Holds the slots until an instant. Raises SlotTaken unless every one is free, lapsed, or the holder's already."""
    _take(slot_ids, now, holder, status=Slot.Status.HELD, appointment=None, held_by=holder, held_until=until)


def _take(slot_ids: Sequence[int], now: datetime, holder: Holder | None, **change: Any) -> None:
    if not slot_ids:
        return
    wanted = Slot.objects.filter(pk__in=slot_ids).takeable(now, holder=holder)
    if in_order(wanted, most=len(set(slot_ids))).update(**change) != len(set(slot_ids)):
        raise SlotTaken


def in_order(slots: SlotQuerySet, *, most: int | None = None) -> SlotQuerySet:
    """The same slots for an update, locked in the order of their ids so that two who want several cannot deadlock.

    Where there can be one row at `most`, it has no order to be locked in.
    """
    if most == 1:
        return slots
    locked = slots.order_by("pk").select_for_update(of=("self",)).values("pk")
    return Slot.objects.filter(pk__in=locked)


def hold_until(holder: uuid.UUID, until: datetime) -> int:
    """Lets what somebody holds already end at another instant; how many slots that are."""
    held = Slot.objects.filter(held_by=holder, status=Slot.Status.HELD)
    return in_order(held).update(held_until=until)


# One row has no order to be locked in.
KEEP = """
    UPDATE scheduling_slot SET status = %s, held_by = %s, held_until = %s, appointment_id = NULL
    WHERE appointment_id = %s
"""


def keep_for_undo(appointment: Appointment, *, until: datetime) -> None:
    """A cancelled visit's slots become holds in its own name until its undo window ends."""
    if appointment.slot_count > 1:
        held = {"status": Slot.Status.HELD, "held_by": appointment.pk, "held_until": until, "appointment": None}
        in_order(appointment.slots.all()).update(**held)
        return
    values = adapted(
        Slot, status=Slot.Status.HELD, held_by=appointment.pk, held_until=until, appointment=appointment.pk
    )
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)


def take_back(appointment: Appointment, *, now: datetime) -> bool:
    """Gives a visit the slots back that its undo window holds; whether all of them were still there."""
    held = Slot.objects.filter(held_by=appointment.pk, status=Slot.Status.HELD, held_until__gt=now)
    taken = in_order(held).update(status=Slot.Status.BUSY, appointment=appointment, held_by=None, held_until=None)
    return taken == appointment.slot_count


def free_slots_of(appointment: Appointment) -> int:
    """Frees a visit's slots and those held for its undo; how many there were."""
    mine = Slot.objects.filter(held_by=appointment.pk, status=Slot.Status.HELD)
    freed = in_order(mine).update(status=Slot.Status.FREE, held_by=None, held_until=None)
    own = in_order(appointment.slots.all(), most=appointment.slot_count)
    return freed + own.update(status=Slot.Status.FREE, appointment=None)


def free_some_of(appointment: Appointment, slot_ids: Collection[int]) -> None:
    """Frees those of a live visit's slots that it has left."""
    mine = appointment.slots.filter(pk__in=slot_ids)
    in_order(mine, most=len(slot_ids)).update(status=Slot.Status.FREE, appointment=None)


def free_held_by(holder: uuid.UUID) -> int:
    held = Slot.objects.filter(held_by=holder, status=Slot.Status.HELD)
    return in_order(held).update(status=Slot.Status.FREE, held_by=None, held_until=None)


def free_lapsed(now: datetime, *, but_of: "models.QuerySet[Appointment]") -> int:
    """Frees slots whose hold has ended, except those whose end is still to be announced; how many."""
    lapsed = Slot.objects.filter(status=Slot.Status.HELD, held_until__lte=now).exclude(held_by__in=but_of.values("pk"))
    return in_order(lapsed).update(status=Slot.Status.FREE, held_by=None, held_until=None)
