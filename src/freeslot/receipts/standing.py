"""Where a receipt stands in the books of this deployment: known or not, the latest of its visit or overtaken."""

from dataclasses import dataclass

from freeslot.practices.models import Practice
from freeslot.receipts.models import Receipt
from freeslot.receipts.queries import latest_receipt


@dataclass(frozen=True)
class Standing:
    """`receipt` is None where the books do not know it. `later` is the visit's latest receipt when that is another."""

    receipt: Receipt | None
    later: Receipt | None = None
    practice: Practice | None = None


def standing_of(token: str, number: str) -> Standing:
    """`token` was checked already. The books know it only if they hold exactly these characters under this number."""
    receipt = Receipt.objects.select_related("practice").filter(number=number, token=token).first()
    if receipt is None:
        return Standing(None)
    latest = latest_receipt(receipt.appointment_id)
    return Standing(receipt, later=latest if latest != receipt else None, practice=receipt.practice)
