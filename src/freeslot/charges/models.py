"""Late-cancel fees as they were decided, and what became of them. Freeslot itself moves no money."""

import uuid
from typing import ClassVar

from django.db import models

from freeslot.events.models import Event
from freeslot.practices.models import OfPractice
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.money import Money


class Charge(OfPractice):
    """One fee of one event. `why` is the verdict's reason at first, then the reason of the newest decision."""

    class State(models.TextChoices):
        DECIDED = "decided"
        IN_REVIEW = "in_review"
        WAIVED = "waived"
        DISPUTED = "disputed"
        SETTLED = "settled"

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    appointment_id: uuid.UUID
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="charge")
    event_id: uuid.UUID
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State.choices)
    why = models.CharField(max_length=24)
    decided_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="charge_of_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["appointment"], name="charge_by_appointment")]

    def __str__(self) -> str:
        return f"{self.amount} {self.state}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


# What a practice may still ask for.
OPEN = (Charge.State.DECIDED, Charge.State.IN_REVIEW, Charge.State.DISPUTED)
