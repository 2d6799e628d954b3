"""Patients of a practice, how to reach them, and who may act for them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from freeslot.practices.models import OfPractice


class Patient(OfPractice):
    """A person as one practice knows them. FHIR: Patient. `given_name` is what cards and mails call them by.

    `member_ids` are the numbers their health plans know them by; `languages` go by preference, the best one first.
    """

    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    member_ids = models.JSONField(default=list)
    payer = models.CharField(max_length=60, blank=True)
    languages = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["practice", "birth_date"], name="patient_by_birth_date")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def language(self) -> str:
        """The language they like best, empty where the practice knows none."""
        return next(iter(self.languages), "")


class Contact(OfPractice):
    """One way to reach a patient, with the consent that goes with it. Several patients may share one address."""

    class Kind(models.TextChoices):
        EMAIL = "email"
        PHONE = "phone"

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)
    consented_at = models.DateTimeField(null=True)
    can_receive_texts = models.BooleanField(default=False)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "kind", "value"], name="contact_once"),
            models.CheckConstraint(
                condition=Q(kind="phone") | Q(can_receive_texts=False), name="contact_texts_by_phone"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["value"], name="contact_by_value")]

    def __str__(self) -> str:
        return str(self.pk)


class Grant(models.Model):
    """What one account may do for one patient, until when: oneself included."""

    class Scope(models.TextChoices):
        SELF = "self"
        PARENT = "parent"
        CARER = "carer"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="grants")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="grants")
    scope = models.CharField(max_length=8, choices=Scope.choices)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "patient"], name="grant_once")]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def in_force(now: datetime) -> Q:
        return Q(until__isnull=True) | Q(until__gt=now)
