"""Slots: the bookable pieces of a schedule, and the one condition under which somebody may take them."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from freeslot.practices.models import Location, Practice, Practitioner
from freeslot.scheduling.models.schedule import Schedule

# Who keeps slots, by its id or by the question for it.
Holder = uuid.UUID | models.Subquery


class SlotQuerySet(models.QuerySet["Slot"]):
    def takeable(self, now: datetime, *, holder: Holder | None = None) -> Self:
        """Free, or held by a hold that has lapsed by the clock, and not withdrawn; or held by `holder`."""
        free = Q(status=Slot.Status.FREE) | Q(status=Slot.Status.HELD, held_until__lte=now)
        mine = Q(status=Slot.Status.HELD, held_by=holder) if holder else Q(pk__in=[])
        return self.filter(Q(free, is_withdrawn=False) | mine)


class Slot(models.Model):
    """One bookable piece of a schedule. FHIR: Slot; held is its busy-tentative, blocked its busy-unavailable.

    A busy slot names its appointment, so it cannot have two. A held slot names its holder (a checkout, or the
    cancelled appointment whose undo window runs) and the instant the hold ends by itself. One that `is_withdrawn` is of
    a time that the practice has closed: it stays for the visit that has it, and is nobody's to take after that.
    """

    class Status(models.TextChoices):
        FREE = "free"
        HELD = "held"
        BUSY = "busy"
        BLOCKED = "blocked"

    id = models.BigAutoField(primary_key=True)
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")
    practice_id: uuid.UUID
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="slots")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.FREE)
    held_by = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    # Most slots have no visit: an index of all of them tells a planner that it is of no use.
    appointment = models.ForeignKey(
        "Appointment", null=True, db_index=False, on_delete=models.PROTECT, related_name="slots"
    )
    appointment_id: uuid.UUID | None
    is_withdrawn = models.BooleanField(default=False, db_default=False)
    overbooked = models.BooleanField(default=False)
    overbooked_why = models.CharField(max_length=120, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["schedule", "starts_at"], condition=Q(overbooked=False), name="slot_once_per_schedule"
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_in_order"),
            models.CheckConstraint(
                condition=Q(status="busy", appointment__isnull=False)
                | (~Q(status="busy") & Q(appointment__isnull=True)),
                name="slot_busy_has_visit",
            ),
            models.CheckConstraint(
                condition=Q(status="held", held_by__isnull=False, held_until__isnull=False)
                | (~Q(status="held") & Q(held_by__isnull=True, held_until__isnull=True)),
                name="slot_held_has_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["practitioner", "starts_at"], name="slot_by_practitioner"),
            models.Index(
                fields=["practitioner", "starts_at"], condition=Q(status__in=["free", "held"]), name="slot_open"
            ),
            models.Index(fields=["appointment"], condition=Q(appointment__isnull=False), name="slot_by_appointment"),
            models.Index(fields=["held_until"], condition=Q(status="held"), name="slot_lapsing"),
            models.Index(fields=["held_by"], condition=Q(status="held"), name="slot_by_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"

    def is_takeable(self, now: datetime, *, holder: uuid.UUID | None = None) -> bool:
        """As it was read: `takeable` decides."""
        if self.status != Slot.Status.HELD or self.held_until is None:
            return self.status == Slot.Status.FREE and not self.is_withdrawn
        is_lapsed = self.held_until <= now and not self.is_withdrawn
        return is_lapsed or (holder is not None and self.held_by == holder)
