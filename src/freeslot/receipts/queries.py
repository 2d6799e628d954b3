"""Reads receipts for pages."""

import uuid
from collections.abc import Iterable

from freeslot.receipts.models import Receipt


def latest_receipt(appointment_id: uuid.UUID) -> Receipt | None:
    return Receipt.objects.filter(appointment_id=appointment_id).order_by("-chain_index").first()


def latest_receipts(appointment_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Receipt]:
    """The latest receipt of each visit that has one; one statement."""
    receipts = Receipt.objects.filter(appointment_id__in=list(appointment_ids)).order_by("chain_index")
    return {receipt.appointment_id: receipt for receipt in receipts}
