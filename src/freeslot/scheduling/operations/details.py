"""Notes what somebody says of the visit they are booking; a guest says who they are in `guests`."""

import uuid
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import Q

from freeslot.patients.models import Patient
from freeslot.scheduling.models import Checkout

SAID = (
    "visit_reason", "payer", "language", "given_name", "family_name", "birth_date", "contact_kind",
    "contact_value",
)  # fmt: skip


@dataclass(frozen=True)
class Details:
    """`patient` is who it is for, of those whom the account may act for."""

    patient: Patient | None
    visit_reason: str = ""
    payer: str = ""
    language: str = ""


def fill_in(*, checkout_id: uuid.UUID, details: Details, account_id: uuid.UUID) -> Checkout:
    """Notes the details; from now on the booking is the account's, also where it was begun before signing in.

    Raises HoldOver for a checkout that became a visit, that is another account's, or that is not there.
    """
    nobodys_or_mine = Q(account_id__isnull=True) | Q(account_id=account_id)
    with transaction.atomic():
        checkout = Checkout.objects.filter(nobodys_or_mine, appointment__isnull=True).lock(checkout_id)
        for field in fields(details):
            setattr(checkout, field.name, getattr(details, field.name))
        checkout.account_id = account_id
        checkout.save()
    return checkout


def take_over(*, checkout_id: uuid.UUID, before: Checkout) -> Checkout:
    """Says of one booking all that was said of an earlier one of the same booker, whose time was not had; a contact
    that was proved stays so, here and no more there: one code is good for one booking, however many are made of the
    earlier one at once. Whom it is for stays only within one account: who a guest is follows from their contact.

    Raises HoldOver."""
    with transaction.atomic():
        checkout = Checkout.objects.filter(appointment__isnull=True).lock(checkout_id)
        for name in SAID:
            setattr(checkout, name, getattr(before, name))
        is_same_account = checkout.account_id is not None and checkout.account_id == before.account_id
        checkout.patient_id = before.patient_id if is_same_account else None
        proved = Checkout.objects.filter(pk=before.pk, appointment__isnull=True, verified_at=before.verified_at)
        checkout.verified_at = before.verified_at if proved.update(verified_at=None) else None
        checkout.save()
    return checkout
