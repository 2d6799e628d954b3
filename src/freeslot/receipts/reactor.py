"""Issues, in the worker, the receipts that the page could not."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.receipts.issue import receipt_for


def react(event: Event, now: datetime) -> None:  # noqa: ARG001  a receipt is about its event's own moment
    """Safe to run twice. What fails is raised, and the outbox tries again."""
    receipt_for(event)
