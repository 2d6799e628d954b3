"""Notes what somebody says of the visit they are booking."""

import uuid
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

from django.db import transaction

from freeslot.patients.models import Patient
from freeslot.scheduling.errors import HoldOver
from freeslot.scheduling.models import Checkout

OF_CONTACT = ("contact_kind", "contact_value")


@dataclass(frozen=True)
class Details:
    """`patient` is who it is for, where an account acts for them; the names, birth date and contact are a guest's."""

    patient: Patient | None = None
    visit_reason: str = ""
    payer: str = ""
    language: str = ""
    given_name: str = ""
    family_name: str = ""
    birth_date: date | None = None
    contact_kind: str = ""
    contact_value: str = ""

    @classmethod
    def of(cls, checkout: Checkout) -> Self:
        return cls(**{field.name: getattr(checkout, field.name) for field in fields(cls)})


def fill_in(*, checkout_id: uuid.UUID, details: Details, account_id: uuid.UUID | None) -> Checkout:
    """Notes the details; `account_id` is who is signed in by now. Another contact than before is not verified.

    How many codes were sent and tried is not forgotten with the contact. Raises HoldOver for a checkout that became a
    visit, or that is not there.
    """
    with transaction.atomic():
        try:
            checkout = Checkout.objects.select_for_update().get(pk=checkout_id, appointment__isnull=True)
        except Checkout.DoesNotExist:
            raise HoldOver from None
        if any(getattr(checkout, name) != getattr(details, name) for name in OF_CONTACT):
            checkout.contact_hash, checkout.code_asked_at, checkout.verified_at = "", None, None
        for field in fields(details):
            setattr(checkout, field.name, getattr(details, field.name))
        checkout.account_id = account_id or checkout.account_id
        checkout.save()
    return checkout
