"""Accounts: who signs in. django-allauth does the signing in; this is only the row it works on."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class User(AbstractUser):
    """A person who can sign in. What they may do for which patient is a Grant; an address signs in one account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=8, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class CalendarFeed(models.Model):
    """A secret address at which calendars read all visits of an account. Its token is only hashed here.

    Rows stay when an address is stopped: they say since when and until when somebody could read along.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    user_id: uuid.UUID
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at__isnull=True), name="calendar_feed_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
