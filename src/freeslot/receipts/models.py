"""Receipts as they were signed, and the keys that signed them."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from freeslot.events.models import Event
from freeslot.practices.models import OfPractice
from freeslot.receipts import jws
from freeslot.receipts.claims import Claims
from freeslot.scheduling.models import Appointment


class SigningKey(models.Model):
    """One key pair of the deployment. One is current; a retired one still checks the receipts it signed.

    `public` is the JWK that everybody may have; `private` is the JWK encrypted with a key from the configuration
    (see `keys`), so a copy of the database alone signs nothing.
    """

    kid = models.CharField(primary_key=True, max_length=43)
    purpose = models.CharField(max_length=16, default="receipts")
    public = models.JSONField()
    private = models.TextField()
    not_before = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose"], condition=Q(retired_at__isnull=True), name="signing_key_one_current"
            ),
        ]

    def __str__(self) -> str:
        return self.kid


class Receipt(OfPractice):
    """Signed proof of one event of a visit. Never changed: `token` holds the exact bytes that were signed.

    The receipts of a visit form a chain without forks: `chain_index` counts them from 1 and `prev` is the digest of the
    token before. `issued_at` is the moment the receipt is about: its event's.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    appointment_id: uuid.UUID
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="receipt")
    event_id: uuid.UUID
    number = models.CharField(max_length=16, unique=True)
    chain_index = models.PositiveIntegerField()
    token = models.TextField()
    prev = models.CharField(max_length=43, blank=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment", "chain_index"], name="receipt_chain_without_forks"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def payload(self) -> dict[str, Any]:
        """What was signed, as it stands in the token."""
        return jws.payload_of(self.token)

    @property
    def claims(self) -> Claims:
        return Claims.from_payload(self.payload)

    @property
    def digest(self) -> str:
        """What the next receipt of the visit names as its `prev`."""
        return jws.digest(self.token)
