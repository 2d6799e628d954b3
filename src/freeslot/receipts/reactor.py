"""Issues, in the worker, the receipts that the page could not."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.receipts.issue import receipt_for


def react(event: Event, _now: datetime) -> None:
    """Safe to run twice. What fails is raised, and the outbox tries again."""
    receipt_for(event)
