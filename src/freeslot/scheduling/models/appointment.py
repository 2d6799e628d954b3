"""Appointments: what was booked, under which rules, and what became of it."""

import uuid
from datetime import datetime
from functools import cached_property
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Location, OfPractice, Policy, Practitioner, VisitType
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.money import Money
from freeslot.scheduling.moving import MoveVerdict, move_verdict_for
from freeslot.scheduling.policy import Verdict, VisitFacts, verdict_for
from freeslot.scheduling.rulebook import Rules
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import LIVE, Status


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, actor: Actor, now: datetime) -> Self:
        """The actor's own scope: what is outside does not exist for them."""
        if actor.kind is ActorKind.SYSTEM:
            return self
        if actor.kind is ActorKind.PRACTICE:
            return self.filter(practice_id=actor.practice_id)
        if actor.kind is ActorKind.PATIENT:
            return self.filter(pk__in=actor.appointment_ids)
        granted = Grant.objects.filter(Grant.in_force(now), user_id=actor.id).values("patient_id")
        return self.filter(patient_id__in=granted)

    def for_pages(self) -> Self:
        """With all that a page about one visit shows, in one statement."""
        return self.select_related("practice", "policy", "patient", "practitioner", "location", "visit_type")

    def live(self) -> Self:
        return self.filter(status__in=LIVE)


class Appointment(OfPractice):
    """A visit. Keeps the rules, price and payer it was booked under, whatever changes later. FHIR: Appointment.

    `visit_reason` is what the patient wrote when they booked. `moves` counts the patient's own; `moved_at` is when its
    time was last chosen anew, by whomever.
    `version` counts its events; `sequence` is the calendar's (RFC 5545) and rises with every change of time or state.
    After a cancel `undo_until` is the end of the undo window and `released_at` is set once its slots are given back.
    """

    class FeeState(models.TextChoices):
        NONE = "none"
        DECIDED = "decided"
        IN_REVIEW = "in_review"

    reference = models.CharField(max_length=16, unique=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    patient_id: uuid.UUID
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    visit_type = models.ForeignKey(VisitType, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+")
    policy_id: uuid.UUID
    series_id = models.UUIDField(null=True)
    status = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Status])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    slot_count = models.PositiveSmallIntegerField()
    price_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    payer = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    ical_uid = models.CharField(max_length=80)
    sequence = models.PositiveIntegerField(default=0)
    booked_at = models.DateTimeField()
    booked_door = models.CharField(max_length=16)
    visit_reason = models.TextField(blank=True)
    moves = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)
    move_reason = models.CharField(max_length=24, blank=True)
    move_note = models.TextField(blank=True)
    moved_by_practice_at = models.DateTimeField(null=True)
    carried_fee_minor = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=16, blank=True)
    cancelled_by_id = models.CharField(max_length=64, blank=True)
    cancelled_door = models.CharField(max_length=16, blank=True)
    cancel_kind = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=24, blank=True)
    note = models.TextField(blank=True)
    fee_minor = models.PositiveIntegerField(default=0)
    fee_state = models.CharField(max_length=12, choices=FeeState.choices, default=FeeState.NONE)
    undo_until = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    # What the account that acts is to the patient (Grant.scope): read where a visit is loaded for one actor.
    acts_as: str = ""

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="appointment_in_order"),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at__isnull=True, undo_until__isnull=True)),
                name="appointment_cancelled_when",
            ),
            models.CheckConstraint(
                condition=Q(fee_minor=0, fee_state="none") | (Q(fee_minor__gt=0) & ~Q(fee_state="none")),
                name="appointment_fee_has_state",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["patient", "starts_at"], name="appointment_by_patient"),
            models.Index(fields=["practitioner", "starts_at"], name="appointment_by_practitioner"),
            models.Index(
                fields=["undo_until"],
                condition=Q(status="cancelled", released_at__isnull=True),
                name="appointment_lapsing",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.currency)

    @property
    def chosen_at(self) -> datetime:
        """When the time that it has now was chosen: at the booking, or at the last move."""
        return self.moved_at or self.booked_at

    @cached_property
    def rules(self) -> Rules:
        return rules_from(self.policy.rules)

    def facts(self) -> VisitFacts:
        return VisitFacts(
            status=Status(self.status),
            starts_at=self.starts_at,
            booked_at=self.booked_at,
            zone=self.practice.tz,
            price=self.price,
            payer=self.payer,
            moved_by_practice=self.moved_by_practice_at is not None,
            carried_fee_minor=self.carried_fee_minor,
            moved_at=self.moved_at,
            moves=self.moves,
            is_told=self.told_at is not None,
        )

    def verdict(self, actor: Actor, now: datetime) -> Verdict:
        """What the rules it was booked under say about a cancel by `actor` at `now`."""
        return verdict_for(self.facts(), self.rules, actor.side, now)

    def move_verdict(self, actor: Actor, now: datetime) -> MoveVerdict:
        """What they say about a move by `actor` at `now`."""
        return move_verdict_for(self.facts(), self.rules, actor.side, now)

    def can_be_undone(self, now: datetime) -> bool:
        return bool(self.undo_until and now < self.undo_until and self.released_at is None)
