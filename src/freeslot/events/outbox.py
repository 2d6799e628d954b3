"""Hands each committed event to everything that reacts to it, in the order of its visit, until all have succeeded."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.module_loading import import_string

from freeslot.events.leases import claim_due
from freeslot.events.models import Event

BATCH = 50

log = logging.getLogger(__name__)

Reactor = Callable[[Event, datetime], None]


@cache
def reactors() -> tuple[Reactor, ...]:
    """The functions `react(event, now)` of the apps above, named in settings so that nothing is imported upwards.

    Each must be safe to run twice for one event.
    """
    return tuple(import_string(path) for path in settings.FREESLOT_REACTORS)


def handle_due_events(*, now: datetime) -> int:
    """Claims due events and lets every reactor see them; how many were claimed. Run by the worker."""
    earlier = Event.objects.filter(
        subject_id=OuterRef("subject_id"), version__lt=OuterRef("version"), done_at__isnull=True
    )
    waiting = Event.objects.filter(~Exists(earlier)).order_by("due_at", "id")
    claimed = claim_due(waiting, now=now, most=BATCH)
    for event in claimed:
        _handle(event, now)
    return len(claimed)


def _handle(event: Event, now: datetime) -> None:
    try:
        for react in reactors():
            react(event, now)
    except Exception as error:
        log.exception("An event of kind %s could not be handled and will be tried again.", event.kind)
        event.put_off(now, error=type(error).__name__)
    else:
        event.finish(now)
