"""The directory: under what a practitioner is found by somebody who looks over all practices."""

import uuid
from typing import ClassVar

from django.db import models

from freeslot.practices.models import Location, OfPractice, Practitioner, VisitType


class Listing(OfPractice):
    """One practitioner at one location for one payer, and the shortest visit type that answers to that.

    Written by `list_practitioner` from what the practice has set; when there is an open time is never kept here. An
    empty `payer` means that any is taken. `is_first` is the one row, among those that differ by the payer alone, by
    which a search without a payer finds them. `taken`, `notice`, `horizon` and `most_per_day` are the visit type's, and
    the rules' of the day it was written. `city` is kept as `casefold` leaves it.
    """

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    practitioner_id: uuid.UUID
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="+")
    location_id: uuid.UUID
    visit_type = models.ForeignKey(VisitType, on_delete=models.CASCADE, related_name="+")
    payer = models.CharField(max_length=60, blank=True)
    by_video = models.BooleanField()
    for_new = models.BooleanField()
    is_first = models.BooleanField()
    specialty = models.CharField(max_length=64)
    city = models.CharField(max_length=80, blank=True)
    taken = models.DurationField()
    notice = models.DurationField()
    horizon = models.DurationField()
    most_per_day = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["practitioner", "location", "payer", "by_video", "for_new"], name="listing_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["specialty", "city", "by_video", "for_new", "payer"], name="listing_by_place")
        ]

    def __str__(self) -> str:
        return f"{self.specialty} {self.city} {self.payer}"
