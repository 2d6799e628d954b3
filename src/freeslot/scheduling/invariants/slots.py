"""A slot has one visit, a visit has its slots, and nobody is in two places at once."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import Lead

from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.states import LIVE, Status


def breaches(*, now: datetime) -> Iterator[str]:
    yield from _overlapping_slots()
    yield from _overlapping_visits()
    yield from _without_slots()
    yield from _not_fitting()
    yield from _held(now)


def _overlapping_slots() -> Iterator[str]:
    following = Window(Lead("starts_at"), partition_by="practitioner_id", order_by=["starts_at", "pk"])
    regular = Slot.objects.filter(overbooked=False).annotate(next_starts_at=following)
    for slot in regular.filter(next_starts_at__lt=F("ends_at")):
        yield f"Slot {slot.pk} overlaps the next one of its practitioner, and neither is an extra one."


def _overlapping_visits() -> Iterator[str]:
    extra = Slot.objects.filter(appointment=OuterRef("pk"), overbooked=True)
    live = Appointment.objects.filter(status__in=LIVE).filter(~Exists(extra))
    last: dict[object, Appointment] = {}
    for visit in live.order_by("practitioner_id", "starts_at", "pk").iterator():
        before = last.get(visit.practitioner_id)
        if before is not None and visit.starts_at < before.ends_at:
            yield f"Visits {before.reference} and {visit.reference} are with one practitioner at the same time."
        if before is None or visit.ends_at > before.ends_at:
            last = {visit.practitioner_id: visit}


def _without_slots() -> Iterator[str]:
    own = Slot.objects.filter(appointment=OuterRef("pk"), status=Slot.Status.BUSY)
    bare = Appointment.objects.exclude(status=Status.CANCELLED).filter(~Exists(own))
    for visit in bare.iterator():
        yield f"Visit {visit.reference} is {visit.status} but has no slots."


def _not_fitting() -> Iterator[str]:
    busy = Slot.objects.exclude(appointment=None).select_related("appointment").order_by("appointment_id", "starts_at")
    for visit, owned in groupby(busy.iterator(), key=attrgetter("appointment")):
        yield from _not_fitting_of(visit, list(owned))


def _not_fitting_of(visit: Appointment, owned: list[Slot]) -> Iterator[str]:
    if visit.status == Status.CANCELLED:
        yield f"Visit {visit.reference} is cancelled but still has slots."
        return
    if len(owned) != visit.slot_count:
        yield f"Visit {visit.reference} has {len(owned)} slots instead of {visit.slot_count}."
    covered = owned[0].starts_at == visit.starts_at and owned[-1].ends_at >= visit.ends_at
    if not covered or any(one.ends_at != other.starts_at for one, other in pairwise(owned)):
        yield f"The slots of visit {visit.reference} do not cover its time."
    whose = (visit.practice_id, visit.practitioner_id, visit.location_id)
    if any((slot.practice_id, slot.practitioner_id, slot.location_id) != whose for slot in owned):
        yield f"The slots of visit {visit.reference} are of another practice, practitioner or location."


def _held(now: datetime) -> Iterator[str]:
    """A hold in the name of a visit keeps a cancelled visit's slots until its undo window ends, and no longer."""
    holders = Appointment.objects.filter(pk__in=Slot.objects.filter(status=Slot.Status.HELD).values("held_by"))
    for visit in holders.iterator():
        ends = set(Slot.objects.filter(status=Slot.Status.HELD, held_by=visit.pk).values_list("held_until", flat=True))
        if visit.status != Status.CANCELLED or visit.released_at is not None:
            yield f"Slots are held for visit {visit.reference}, which has no undo window."
        elif ends != {visit.undo_until}:
            yield f"The slots held for visit {visit.reference} are not held until its undo window ends."
    undoable = Appointment.objects.filter(status=Status.CANCELLED, released_at=None, undo_until__gt=now)
    for visit in undoable.iterator():
        held = Slot.objects.filter(status=Slot.Status.HELD, held_by=visit.pk).count()
        if held != visit.slot_count:
            yield f"The undo window of visit {visit.reference} holds {held} slots instead of {visit.slot_count}."
