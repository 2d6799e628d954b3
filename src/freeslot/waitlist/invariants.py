"""What must always hold of wishes; run by `freeslot doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef

from freeslot.events.models import Event
from freeslot.scheduling.states import Status
from freeslot.waitlist.models import Wish

# A worker that is only busy or just restarted is no breach.
PATIENCE = timedelta(minutes=5)


def breaches(*, now: datetime) -> Iterator[str]:
    """One sentence for each breach."""
    yield from _of_no_visit(now)
    yield from _unmoved()
    yield from _elsewhere()


def _of_no_visit(now: datetime) -> Iterator[str]:
    """A wish stands as long as its visit is booked and lies ahead."""
    settled = Event.objects.filter(
        subject_id=OuterRef("appointment_id"), version=OuterRef("appointment__version"), at__lt=now - PATIENCE
    )
    live = Wish.objects.live().select_related("appointment")
    gone = live.exclude(appointment__status=Status.BOOKED).filter(Exists(settled))
    for wish in gone.iterator():
        yield f"A wish stands for the visit {wish.appointment.reference}, which is {wish.appointment.status}."
    for wish in live.filter(appointment__starts_at__lt=now - PATIENCE).iterator():
        yield f"A wish stands for the visit {wish.appointment.reference}, whose time is past."


def _unmoved() -> Iterator[str]:
    move = Event.objects.filter(pk=OuterRef("event_id"), subject_id=OuterRef("appointment_id"), data__wish=True)
    fulfilled = Wish.objects.filter(ended_why=Wish.Ended.FULFILLED).select_related("appointment")
    for wish in fulfilled.filter(~Exists(move.filter(kind="appointment.moved"))).iterator():
        yield f"A wish for the visit {wish.appointment.reference} is fulfilled, but no move of it says so."


def _elsewhere() -> Iterator[str]:
    for name in ("appointment", "practitioner"):
        other = Wish.objects.filter(**{f"{name}__isnull": False}).exclude(**{f"{name}__practice_id": F("practice_id")})
        for wish in other.select_related("appointment").iterator():
            yield f"A wish for the visit {wish.appointment.reference} points at another practice's {name}."
