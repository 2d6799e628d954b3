"""Wishes: somebody keeps the visit they have, and is moved only if something that suits them better comes free."""

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from freeslot.practices.models import OfPractice, Practitioner
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.models import Appointment
from freeslot.waitlist.terms import Terms


class WishQuerySet(models.QuerySet["Wish"]):
    def live(self) -> Self:
        return self.filter(ended_at__isnull=True)


class Wish(OfPractice):
    """One wish for an earlier time of one visit; its terms are read as `freeslot.waitlist.terms.Terms`.

    `made_kind` and `made_by` are who made it: the move is made for them, and only while they may still move the visit.
    `looked_at` is when the sweep last looked for a time; `event_id` names the event of the move that fulfilled it.
    """

    class Ended(models.TextChoices):
        FULFILLED = "fulfilled"
        WITHDRAWN = "withdrawn"
        OVER = "over"  # nothing can fulfil it any more, or the visit needs no earlier time now
        REFUSED = "refused"  # the visit may not be moved any more, or not by whoever made the wish

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    appointment_id: uuid.UUID
    before_on = models.DateField()
    weekdays = models.JSONField(default=list)
    starts_from = models.TimeField(null=True)
    ends_until = models.TimeField(null=True)
    practitioner = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    practitioner_id: uuid.UUID | None
    notice = models.DurationField()
    reason = models.CharField(max_length=24, blank=True)
    made_at = models.DateTimeField()
    made_kind = models.CharField(max_length=16)
    made_by = models.CharField(max_length=64, blank=True)
    made_door = models.CharField(max_length=16)
    looked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, choices=Ended.choices, blank=True)
    event_id = models.UUIDField(null=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appointment"], condition=Q(ended_at__isnull=True), name="wish_live_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_why="") | (Q(ended_at__isnull=False) & ~Q(ended_why="")),
                name="wish_ended_says_why",
            ),
            models.CheckConstraint(
                condition=Q(ended_why="fulfilled", event_id__isnull=False)
                | (~Q(ended_why="fulfilled") & Q(event_id__isnull=True)),
                name="wish_fulfilled_by_event",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["looked_at", "made_at"], condition=Q(ended_at__isnull=True), name="wish_waiting"),
            models.Index(fields=["practice", "made_at"], condition=Q(ended_at__isnull=True), name="wish_of_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} before {self.before_on}"

    @property
    def terms(self) -> Terms:
        return Terms(
            before_on=self.before_on,
            weekdays=frozenset(self.weekdays),
            starts_from=self.starts_from,
            ends_until=self.ends_until,
            practitioner_id=self.practitioner_id,
            notice=self.notice,
        )

    @property
    def actor(self) -> Actor:
        """Whoever made it, with the rights that they have now."""
        kind = ActorKind(self.made_kind)
        narrow = (self.appointment_id,) if kind is ActorKind.PATIENT else ()
        return Actor(kind, self.made_by, appointment_ids=narrow)

    def end(self, why: "Wish.Ended", *, now: datetime, event_id: uuid.UUID | None = None) -> None:
        self.ended_at, self.ended_why, self.event_id = now, why, event_id
        self.save(update_fields=["ended_at", "ended_why", "event_id"])
