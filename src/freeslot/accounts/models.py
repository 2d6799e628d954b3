"""Accounts: who signs in. django-allauth does the signing in; this is only the row it works on."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from uuid_utils.compat import uuid7


class User(AbstractUser):
    """A person who can sign in. What they may do for which patient is a Grant; an address signs in one account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    language = models.CharField(max_length=8, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
