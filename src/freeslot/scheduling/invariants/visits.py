"""What a visit says of itself agrees: state, fee, undo window, reference."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.reference import parse_reference
from freeslot.scheduling.states import Status

# A worker that is only busy or just restarted is no breach.
PATIENCE = timedelta(minutes=5)


def breaches(*, now: datetime) -> Iterator[str]:
    for found, words in _tables(now):
        for reference in found.order_by("reference").values_list("reference", flat=True).iterator():
            yield f"Visit {reference} {words}."
    for reference in Appointment.objects.values_list("reference", flat=True).iterator():
        if parse_reference(reference, REFERENCE_PREFIX) != reference:
            yield f"Visit {reference} has a reference whose check character is wrong."


def _tables(now: datetime) -> Iterator[tuple["QuerySet[Appointment]", str]]:
    every = Appointment.objects.all()
    cancelled = every.filter(status=Status.CANCELLED)
    yield every.exclude(status__in=list(Status)), "has a status that the transition table does not know"
    yield every.exclude(status=Status.CANCELLED).filter(fee_minor__gt=0), "has a fee but is not cancelled"
    yield (
        every.exclude(status=Status.CANCELLED).filter(released_at__isnull=False),
        "has given its slots back but is not cancelled",
    )
    nobody = Q(cancelled_by="") | Q(cancelled_door="") | Q(cancel_kind="")
    yield cancelled.filter(nobody), "is cancelled, but not by whom, through which door, or how"
    free, charged = Q(fee_minor=0), Q(fee_minor__gt=0)
    wrong_fee = (~Q(cancel_kind="late") & charged) | (Q(cancel_kind="late") & free)
    yield cancelled.filter(wrong_fee), "has a fee that does not go with how it was cancelled"
    wrong_window = Q(undo_until__lte=F("cancelled_at")) | Q(undo_until__gt=F("starts_at"))
    yield cancelled.filter(wrong_window), "has an undo window that ends before the cancel or after the start"
    yield cancelled.filter(undo_until=None, released_at=None), "is cancelled without an undo window but kept its slots"
    overdue = cancelled.filter(released_at=None, undo_until__lt=now - PATIENCE)
    yield overdue, "has an undo window that ended without its slots being given back"
