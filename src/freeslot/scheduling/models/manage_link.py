"""Manage links: the right to manage one visit without signing in, and the codes that stand in for a lost one."""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from freeslot.patients.models import Contact
from freeslot.practices.models import OfPractice
from freeslot.scheduling.models.appointment import Appointment

# Somebody who finds an old mail in a year's time still learns what became of the visit.
LIVES_AFTER_VISIT = timedelta(days=400)


class ManageLink(OfPractice):
    """The link of one message. Its token is random and only hashed here; many links of one visit live side by side.

    `opened` counts the reads of its page, scanners' included; it is written from a buffer, never while a page is read.
    `proved_from` is a keyed hash of the network that last gave the right proof.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="links")
    appointment_id: uuid.UUID
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    contact_id: uuid.UUID | None
    token_hash = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    proved_from = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["appointment"], name="manage_link_by_visit")]

    def __str__(self) -> str:
        return str(self.pk)

    def is_over(self, now: datetime) -> bool:
        """Whether the visit lies so far back that its links have ended."""
        return now > self.appointment.ends_at + LIVES_AFTER_VISIT


class LinkCode(OfPractice):
    """A short code that was sent to the known contacts of a visit's patient, as proof that it is they who ask.

    `link` is where it was asked for, and the only place where it is taken; none for one asked for without a link.

    The code is made from the row's id and a secret of the configuration, and is stored nowhere.
    """

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    appointment_id: uuid.UUID
    link = models.ForeignKey(ManageLink, null=True, on_delete=models.PROTECT, related_name="+")
    link_id: uuid.UUID | None
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("asked_at")), name="link_code_in_order"),
        ]
        indexes: ClassVar = [models.Index(fields=["appointment", "asked_at"], name="link_code_by_visit")]

    def __str__(self) -> str:
        return str(self.pk)
