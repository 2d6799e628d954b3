"""Issues the receipt of an event, once and for all, however many ask for it at the same time."""

import logging
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from freeslot.database.rows import Columns, adapted, insert_row
from freeslot.events.models import Event
from freeslot.receipts import jws, keys
from freeslot.receipts.claims import EVENTS, payload_for
from freeslot.receipts.models import Receipt
from freeslot.scheduling.reference import new_reference

NUMBER_PREFIX = "R"
TRIES = 5
RECEIPT = Columns(Receipt, "r")
CHAIN = f"""
    SELECT (SELECT kid FROM receipts_signingkey WHERE retired_at IS NULL), e.version, {RECEIPT.sql}
    FROM events_event e LEFT JOIN receipts_receipt r ON r.event_id = e.id
    WHERE e.subject_id = %s AND e.version <= %s AND e.kind IN ({", ".join(["%s"] * len(EVENTS))})
    ORDER BY e.version DESC
"""  # noqa: S608  names of columns only

log = logging.getLogger(__name__)


def receipt_for(event: Event) -> Receipt | None:
    """The receipt of a committed event: the one there is, or a new one; None for an event that earns none.

    Earlier events of the visit that still lack theirs get it first, so the chain is always in the order of the events.
    Two at once: the unique constraints let one of them through, the other reads what that one wrote.
    """
    if event.kind not in EVENTS:
        return None
    for _ in range(TRIES - 1):
        try:
            return _issue_up_to(event)
        except IntegrityError:
            continue
    return _issue_up_to(event)


def receipt_soon(event: Event) -> Receipt | None:
    """As `receipt_for`, for a page that has its answer already: what fails here is left to the worker."""
    try:
        return receipt_for(event)
    except Exception as error:  # noqa: BLE001  the visit has changed, and the answer must say so
        log.warning("A receipt could not be issued at once (%s); the worker will do it.", type(error).__name__)
        return None


def _issue_up_to(event: Event) -> Receipt | None:
    chain = _chain(event)
    latest = chain.latest
    for version in chain.waiting:
        of_version = event if version == event.version else _event_of(event, version)
        latest = _issue(of_version, latest, chain.kid)
    return latest


@dataclass(frozen=True)
class Chain:
    """The newest receipt of a visit, the versions of the events after it that wait for theirs, and the current key."""

    latest: Receipt | None
    waiting: list[int]
    kid: str | None


def _chain(event: Event) -> Chain:
    """The visit's chain up to this event, read from its newer end no further than to a receipt; one statement."""
    values = adapted(Event, subject_id=event.subject_id, version=event.version)
    waiting: list[int] = []
    kid = None
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, [*values, *EVENTS])
        while row := cursor.fetchone():
            kid, version, *receipt = row
            if receipt[0] is not None:
                return Chain(RECEIPT.read(receipt), waiting, kid)
            waiting.insert(0, version)
    return Chain(None, waiting, kid)


def _event_of(later: Event, version: int) -> Event:
    return Event.objects.get(subject_id=later.subject_id, version=version)


def _issue(event: Event, previous: Receipt | None, kid: str | None) -> Receipt:
    kid = kid or keys.first_kid(event.at)
    prev = previous.digest if previous else None
    number = new_reference(NUMBER_PREFIX)
    payload = payload_for(event, issuer=settings.BASE_URL, number=number, prev=prev)
    receipt = Receipt(
        practice_id=event.practice_id,
        appointment_id=event.subject_id,
        event=event,
        number=number,
        chain_index=previous.chain_index + 1 if previous else 1,
        token=jws.sign(payload, key=keys.private_key(kid), kid=kid),
        prev=prev or "",
        issued_at=event.at,
    )
    with transaction.atomic():
        insert_row(receipt)
    return receipt
