"""The receipt right after the press; whatever fails here is made up for by the worker and hides nothing."""

from freeslot.events.models import Event
from freeslot.receipts.issue import receipt_soon


def prove(event: Event | None) -> None:
    """Issues the receipt of a committed event; there is none where a press found everything done already."""
    if event is not None:
        receipt_soon(event)
