"""What must always hold of charges; run by `freeslot doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count

from freeslot.charges.models import OPEN, Charge
from freeslot.events.models import Event

GRACE = timedelta(minutes=1)


def breaches(*, now: datetime) -> Iterator[str]:
    """One sentence for each breach."""
    yield from _missing(now)
    yield from _two_open()
    yield from _other_amounts()


def _missing(now: datetime) -> Iterator[str]:
    """Only events that were handled to the end: what still waits is the outbox's own matter."""
    charged = Event.objects.filter(
        kind="appointment.cancelled", at__lt=now - GRACE, done_at__isnull=False, data__fee_minor__gt=0, charge=None
    )
    for event in charged.iterator():
        yield f"The late cancel {event.pk} made no charge."


def _two_open() -> Iterator[str]:
    doubled = Charge.objects.filter(state__in=OPEN).values("appointment_id").annotate(count=Count("pk"))
    for row in doubled.filter(count__gt=1):
        yield f"The visit {row['appointment_id']} has {row['count']} open charges."


def _other_amounts() -> Iterator[str]:
    for charge in Charge.objects.select_related("event").iterator():
        if (charge.amount_minor, charge.currency) != (charge.event.data["fee_minor"], charge.event.data["currency"]):
            yield f"The charge {charge.pk} is not the fee that its event decided."
