"""What must always hold of receipts; run by `freeslot doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from freeslot.events.models import Event
from freeslot.receipts import keys
from freeslot.receipts.claims import EVENTS
from freeslot.receipts.models import Receipt
from freeslot.receipts.reading import NotConfirmed
from freeslot.receipts.verify import confirmed

GRACE = timedelta(minutes=1)


def breaches(*, now: datetime) -> Iterator[str]:
    """One sentence for each breach."""
    yield from _missing(now)
    yield from _broken_chains()
    yield from _not_holding()


def _missing(now: datetime) -> Iterator[str]:
    for event in Event.objects.filter(kind__in=EVENTS, at__lt=now - GRACE, receipt=None).iterator():
        yield f"The event {event.pk} ({event.kind}) has no receipt."


def _broken_chains() -> Iterator[str]:
    """Each receipt names the digest of the one before it, and they stand in the order of their events."""
    receipts = Receipt.objects.select_related("event").order_by("appointment_id", "chain_index")
    for _, chain in groupby(receipts.iterator(), key=lambda receipt: receipt.appointment_id):
        links = list(chain)
        if links[0].chain_index != 1 or links[0].prev:
            yield f"The receipt {links[0].number} is the first of its visit, but names one before it."
        for before, after in pairwise(links):
            if not _follows(before, after):
                yield f"The receipt {after.number} does not follow from {before.number}."


def _follows(before: Receipt, after: Receipt) -> bool:
    in_order = before.chain_index + 1 == after.chain_index and before.event.version < after.event.version
    return in_order and after.prev == before.digest


def _not_holding() -> Iterator[str]:
    """The signature of every receipt, by the published keys, and that what was signed is what the row says."""
    jwks = keys.jwks()
    for receipt in Receipt.objects.iterator():
        try:
            claims = confirmed(receipt.token, jwks)
        except NotConfirmed as error:
            yield f"The receipt {receipt.number} does not hold: {error.problem}."
            continue
        signed = (claims.number, claims.visit, claims.prev or "")
        if signed != (receipt.number, str(receipt.appointment_id), receipt.prev):
            yield f"The receipt {receipt.number} says something else than its row."
