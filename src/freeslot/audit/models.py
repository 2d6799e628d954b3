"""Who did what to which visit, when and through which door: written in the same transaction as the act."""

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7


class AuditRow(models.Model):
    """One act. It has no foreign keys, so that it outlives whatever it speaks of."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    practice_id = models.UUIDField()
    subject_id = models.UUIDField()
    at = models.DateTimeField()
    action = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=16)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["practice_id", "at"], name="audit_by_practice"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"
