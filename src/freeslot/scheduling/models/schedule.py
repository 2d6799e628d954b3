"""When a practitioner works at a location: weekly hours in local time, and the days that differ."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from freeslot.practices.models import Location, OfPractice, Practitioner


class Schedule(OfPractice):
    """One practitioner at one location with one slot length. FHIR: Schedule. Times are local to the practice's zone.

    Slots are published for `weeks_ahead`; `published_until` is the first day not yet published.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    slot_length = models.DurationField()
    weeks_ahead = models.PositiveSmallIntegerField(default=8)
    published_until = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(slot_length__gt=timedelta(0)), name="schedule_slot_length"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class WeeklyHours(OfPractice):
    """Opening hours of one weekday (Monday = 0)."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
            models.CheckConstraint(condition=Q(starts__lt=F("ends")), name="weekly_hours_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts}–{self.ends}"


class ScheduleException(OfPractice):
    """A day that differs: closed between two local times (or all day), or open in addition to the weekly hours.

    Without a schedule it is a closure of the whole practice.
    """

    class Kind(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"

    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    day = models.DateField()
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts__isnull=True, ends__isnull=True, kind="closed") | Q(starts__lt=F("ends")),
                name="schedule_exception_in_order",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "day"], name="exception_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"
