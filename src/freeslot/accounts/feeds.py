"""The secret address at which an account's visits can be read by calendars: made, found and stopped."""

import base64
import hashlib
import hmac
import re
import uuid
from datetime import datetime

from django.conf import settings
from django.db import transaction

from freeslot.accounts.models import CalendarFeed, User

TOKEN_BYTES = 16
TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def make_feed(*, user_id: uuid.UUID, key: str, now: datetime) -> str | None:
    """The token of a new address; the one before it ends.

    The same `key` gives the same address however often it is pressed; None once that one was replaced or stopped.
    """
    token = _token(user_id, key)
    with transaction.atomic():
        # Two presses at once queue here, so that the later one ends the address of the earlier.
        User.objects.select_for_update().get(pk=user_id)
        made = CalendarFeed.objects.filter(token_hash=_hash(token)).first()
        if made is None:
            stop_feed(user_id=user_id, now=now)
            CalendarFeed.objects.create(user_id=user_id, token_hash=_hash(token), made_at=now)
    return None if made and made.revoked_at else token


def stop_feed(*, user_id: uuid.UUID, now: datetime) -> None:
    CalendarFeed.objects.filter(user_id=user_id, revoked_at__isnull=True).update(revoked_at=now)


def feed_of(user_id: uuid.UUID) -> CalendarFeed | None:
    """The account's address that can be read now, if there is one."""
    return CalendarFeed.objects.filter(user_id=user_id, revoked_at__isnull=True).first()


def feed_for(token: str) -> CalendarFeed | None:
    """The address with its account, in one statement; what cannot be a token costs none."""
    if not TOKEN.fullmatch(token):
        return None
    live = CalendarFeed.objects.filter(revoked_at__isnull=True, user__is_active=True)
    return live.select_related("user").filter(token_hash=_hash(token)).first()


def _token(user_id: uuid.UUID, key: str) -> str:
    """128 bits that only this deployment can make: whoever knows the key alone, or has the database, has no address."""
    secret = settings.KEY_ENCRYPTION_KEYS[0].encode()
    content = hmac.digest(secret, f"freeslot calendar feed {user_id} {key}".encode(), "sha256")
    return base64.urlsafe_b64encode(content[:TOKEN_BYTES]).rstrip(b"=").decode()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
