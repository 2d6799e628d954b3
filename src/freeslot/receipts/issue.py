"""Issues the receipt of an event, once and for all, however many ask for it at the same time."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

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
EVENT, RECEIPT = Columns(Event, "e"), Columns(Receipt, "r")
CHAIN = f"""
    SELECT (SELECT kid FROM receipts_signingkey WHERE retired_at IS NULL), {EVENT.sql}, {RECEIPT.sql}
    FROM events_event e LEFT JOIN receipts_receipt r ON r.event_id = e.id
    WHERE e.subject_id = %s AND e.version <= %s AND e.kind IN ({", ".join(["%s"] * len(EVENTS))})
    ORDER BY e.version
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
    latest: Receipt | None = None
    for link in _chain(event):
        latest = link.receipt or _issue(link, latest)
    return latest


@dataclass(frozen=True)
class Link:
    """One event that earns a receipt, its receipt where it has one, and the key that is current now."""

    event: Event
    receipt: Receipt | None
    kid: str | None


def _chain(event: Event) -> list[Link]:
    """The visit's events up to this one that earn a receipt, in order; one statement."""
    values = adapted(Event, subject_id=event.subject_id, version=event.version)
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, [*values, *EVENTS])
        rows = cursor.fetchall()
    return [_link(kid, values[: len(EVENT)], values[len(EVENT) :]) for kid, *values in rows]


def _link(kid: str | None, event: Sequence[Any], receipt: Sequence[Any]) -> Link:
    return Link(EVENT.read(event), None if receipt[0] is None else RECEIPT.read(receipt), kid)


def _issue(link: Link, previous: Receipt | None) -> Receipt:
    event = link.event
    kid = link.kid or keys.first_kid(event.at)
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
