"""What happened to a visit, in order: its history, and at the same time the queue of everything that must follow."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from freeslot.events.leases import Leased


class Event(Leased):
    """One past fact (`appointment.cancelled`) with all that later work needs to know, frozen as it was decided.

    `subject_id` is the appointment, `version` counts its events from 1. `data` is what receipts and messages are made
    from, so that either can be made again at any time with the same words. The leased columns are the outbox.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    subject_id = models.UUIDField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=48)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=16)
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject_id", "version"], name="event_version_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(done_at__isnull=True), name="event_waiting"),
            models.Index(fields=["practice_id", "at"], name="event_by_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} v{self.version}"


class Heartbeat(models.Model):
    """The one row in which workers leave their last sign of life."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.at.isoformat()
