"""A booking in the making keeps its own slots and nobody else's; one that has ended keeps nothing, and is forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, Subquery

from freeslot.events.models import Event
from freeslot.scheduling.models import Checkout, GuestCode, Slot
from freeslot.scheduling.operations.checkout import FORGOTTEN_AFTER

# A worker that is only busy or just restarted is no breach.
PATIENCE = timedelta(hours=1)


def breaches(*, now: datetime) -> Iterator[str]:
    yield from _not_kept(now)
    yield from _kept_for_nothing(now)
    yield from _unproved()
    yield from _not_forgotten(now)


def _not_kept(now: datetime) -> Iterator[str]:
    """Slots that the practice has closed or taken away meanwhile are no breach; those that somebody else has are,
    unless they were those of a visit that has left them since."""
    for checkout in Checkout.objects.live(now).iterator():
        mine = Q(status=Slot.Status.HELD, held_by=checkout.pk, held_until=checkout.until)
        kept = Slot.objects.filter(pk__in=checkout.slot_ids, status__in=[Slot.Status.HELD, Slot.Status.BUSY])
        if checkout.moving_id is None and kept.exclude(mine).exists():
            yield f"The booking in the making {checkout.pk} names slots that are kept for somebody else."
        if Slot.objects.filter(held_by=checkout.pk).exclude(pk__in=checkout.slot_ids).exists():
            yield f"The booking in the making {checkout.pk} keeps slots that it does not name."


def _kept_for_nothing(now: datetime) -> Iterator[str]:
    held = Slot.objects.filter(status=Slot.Status.HELD, held_by=OuterRef("pk"), held_until__gt=now)
    for checkout in Checkout.objects.filter(Exists(held), ended_at__isnull=False).iterator():
        yield f"The booking in the making {checkout.pk} has ended, but slots are still kept for it."


def _unproved() -> Iterator[str]:
    """A guest's visit is that of the patient their contact was proved for."""
    wrong = Q(verified_at=None) | Q(patient=None) | ~Q(patient=F("appointment__patient"))
    booked = Event.objects.filter(subject_id=OuterRef("appointment_id"), version=1).values("actor_id")[:1]
    finished = Checkout.objects.filter(wrong, appointment__isnull=False)
    for checkout_id, booked_by in finished.values_list("pk", Subquery(booked)).iterator():
        if booked_by == str(checkout_id):
            yield f"The guest's booking {checkout_id} led to a visit that its contact was not proved for."


def _not_forgotten(now: datetime) -> Iterator[str]:
    long_ago = now - FORGOTTEN_AFTER - PATIENCE
    for checkout in Checkout.objects.filter(ended_at__lt=long_ago).iterator():
        yield f"The booking in the making {checkout.pk} ended long ago, and what was said in it is still kept."
    if GuestCode.objects.filter(asked_at__lt=long_ago).exists():
        yield "Codes of guests are still counted a day after they were asked for."
