"""Checkouts: bookings that somebody is making, with the time that is kept for them meanwhile."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from freeslot.patients.models import Contact, Patient
from freeslot.practices.models import Location, OfPractice, Practitioner, VisitType
from freeslot.scheduling.errors import HoldOver
from freeslot.scheduling.models.appointment import Appointment
from freeslot.scheduling.models.slot import Slot


class CheckoutQuerySet(models.QuerySet["Checkout"]):
    def live(self, now: datetime) -> Self:
        """Those whose time is still kept."""
        return self.filter(ended_at__isnull=True, until__gt=now)

    def of(self, source: str, account_id: uuid.UUID | None) -> Self:
        """Those of one asker: begun by the source, or, with an account, by any browser that it is signed in with."""
        mine = Q(source=source) | Q(account_id=account_id) if account_id else Q(source=source)
        return self.filter(mine)

    def guests(self) -> Self:
        """Bookings of those who are not signed in."""
        return self.filter(account_id__isnull=True, moving__isnull=True)

    def lock(self, checkout_id: uuid.UUID) -> "Checkout":
        """This one of them, until the transaction ends. Raises HoldOver where there is none."""
        try:
            return self.select_for_update(of=("self",)).get(pk=checkout_id)
        except Checkout.DoesNotExist:
            raise HoldOver from None


class Checkout(OfPractice):
    """One booking, or move, in the making. Its id is the holder of its slots; they are kept `until`.

    `source` is a keyed hash of who asks, and `network` of where a guest asks from, so that nobody can hold a whole day;
    `account_id` is who is signed in. One that `was_given_back` books nothing any more; one whose time is up still does
    while nobody has taken it. `pages` counts those that showed it; the last one closed, it is kept for a moment more,
    and `left_until` is until when it was kept before.
    What a guest says of themself is kept until the checkout ends, and nothing of it is believed before a code that was
    sent to the contact came back (`verified_at`). `contact_hash` is a keyed hash of that contact: at most one
    unverified booking each. `appointment` is the visit it led to.
    """

    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    moving = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    moving_id: uuid.UUID | None
    appointment = models.ForeignKey(Appointment, null=True, on_delete=models.PROTECT, related_name="+")
    appointment_id: uuid.UUID | None
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="+")
    patient_id: uuid.UUID | None
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_ids = models.JSONField()
    source = models.CharField(max_length=64)
    network = models.CharField(max_length=64, blank=True)
    account_id = models.UUIDField(null=True)
    began_at = models.DateTimeField()
    until = models.DateTimeField()
    renewals = models.PositiveSmallIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    left_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    was_given_back = models.BooleanField(default=False)
    visit_reason = models.TextField(blank=True)
    payer = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=8, blank=True)
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=80, blank=True)
    birth_date = models.DateField(null=True)
    contact_kind = models.CharField(max_length=8, choices=Contact.Kind.choices, blank=True)
    contact_value = models.CharField(max_length=254, blank=True)
    contact_hash = models.CharField(max_length=64, blank=True)
    code_asked_at = models.DateTimeField(null=True)
    codes = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)

    objects = CheckoutQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="checkout_in_order"),
            models.UniqueConstraint(
                fields=["practice", "contact_hash"],
                condition=Q(ended_at__isnull=True, verified_at__isnull=True) & ~Q(contact_hash=""),
                name="checkout_unverified_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source"], condition=Q(ended_at__isnull=True), name="checkout_by_source"),
            models.Index(fields=["account_id"], condition=Q(ended_at__isnull=True), name="checkout_by_account"),
            models.Index(fields=["network"], condition=Q(ended_at__isnull=True), name="checkout_by_network"),
            models.Index(fields=["until"], condition=Q(ended_at__isnull=True), name="checkout_lapsing"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def is_kept(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until

    def has_its_slots(self) -> bool:
        """Whether all of them are still there; those of a day that was closed are gone."""
        return Slot.objects.filter(pk__in=self.slot_ids).count() == len(self.slot_ids)


class GuestCode(OfPractice):
    """One code that a guest asked for, counted by contact, by source and by `network` so that nobody can be flooded
    through us. The network is a keyed hash of the address that it was asked from: a new session is no way round it.

    Neither the contact nor the code is in it.
    """

    contact_hash = models.CharField(max_length=64)
    source = models.CharField(max_length=64)
    network = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["contact_hash", "asked_at"], name="guest_code_by_contact"),
            models.Index(fields=["source", "asked_at"], name="guest_code_by_source"),
            models.Index(fields=["network", "asked_at"], name="guest_code_by_network"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
