"""What an act with an idempotency key led to, so that a repeat gets the same answer."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class IdempotencyRow(models.Model):
    """One key of one actor for one operation. `request_hash` tells a repeat from a key used for something else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    actor = models.CharField(max_length=80)
    operation = models.CharField(max_length=24)
    key = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    outcome = models.JSONField()
    repeats = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["actor", "operation", "key"], name="idempotency_key_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="idempotency_expiry")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
