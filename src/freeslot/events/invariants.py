"""What must always hold of events; run by `freeslot doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from freeslot.events.models import Event

# A worker that is only busy or just restarted is no breach.
PATIENCE = timedelta(minutes=5)


def breaches(*, now: datetime) -> Iterator[str]:
    """One sentence for each breach."""
    yield from _gaps()
    yield from _waiting(now)
    yield from _out_of_turn()


def _gaps() -> Iterator[str]:
    subjects = Event.objects.values("subject_id").annotate(
        first=Min("version"), last=Max("version"), count=Count("pk"), practices=Count("practice_id", distinct=True)
    )
    for each in subjects.filter(~Q(first=1) | ~Q(last=F("count"))).iterator():
        yield f"The events of visit {each['subject_id']} are not numbered from 1 without a gap."
    for each in subjects.filter(practices__gt=1).iterator():
        yield f"The events of visit {each['subject_id']} name more than one practice."


def _waiting(now: datetime) -> Iterator[str]:
    for event in Event.objects.filter(done_at__isnull=True, at__lt=now - PATIENCE).order_by("at").iterator():
        error = f", last with {event.last_error}" if event.last_error else ""
        since = event.at.isoformat(timespec="seconds")
        yield f"The event {event.pk} ({event.kind}) has waited since {since}: tried {event.attempts} times{error}."


def _out_of_turn() -> Iterator[str]:
    earlier = Event.objects.filter(
        subject_id=OuterRef("subject_id"), version__lt=OuterRef("version"), done_at__isnull=True
    )
    for event in Event.objects.filter(Exists(earlier), done_at__isnull=False).iterator():
        yield f"The event {event.pk} ({event.kind}) was handled before an earlier one of its visit."
