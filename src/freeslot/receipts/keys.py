"""The deployment's signing keys: made on first need, kept encrypted, rotated, and published for whoever checks.

A private key is decrypted once per process and kept by its kid; which one is current is asked of the database, in the
statement that reads a visit's chain anyway, so a rotation takes effect in every process at once.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from freeslot.receipts.models import SigningKey

KID_LENGTH = 16
LOCK = {"alg": "dir", "enc": "A256GCM"}

_unlocked: dict[str, ECKey] = {}


class KeyUnreadable(RuntimeError):
    """The private key cannot be decrypted with any key of the configuration."""


def private_key(kid: str) -> ECKey:
    """The key to sign with. Raises KeyUnreadable."""
    if kid not in _unlocked:
        _unlocked[kid] = _unlock(SigningKey.objects.get(kid=kid).private)
    return _unlocked[kid]


def first_kid(now: datetime) -> str:
    """The current key's kid where none was seen: of a new key, or of the one another process made in that moment."""
    key = _new_key(now)
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError:
        return SigningKey.objects.get(retired_at__isnull=True).kid
    return key.kid


def rotate_signing_key(now: datetime) -> SigningKey:
    """Retires the current key and makes a new one. Receipts signed before stay as valid as they were."""
    key = _new_key(now)
    with transaction.atomic():
        SigningKey.objects.filter(retired_at__isnull=True).update(retired_at=now)
        key.save(force_insert=True)
    return key


def jwks() -> dict[str, Any]:
    """Every public key, retired ones too, as a JWK Set (RFC 7517) with `not_before` and `retired_at` beside each."""
    return {"keys": [_published(key) for key in SigningKey.objects.order_by("not_before", "kid")]}


def _published(key: SigningKey) -> dict[str, Any]:
    retired = {"retired_at": key.retired_at.isoformat()} if key.retired_at else {}
    return {**key.public, "not_before": key.not_before.isoformat(), **retired}


def _new_key(now: datetime) -> SigningKey:
    """The kid is the beginning of the key's thumbprint (RFC 7638): short, so that the QR code stays easy to read."""
    key = ECKey.generate_key("P-256", private=True)
    kid = key.thumbprint()[:KID_LENGTH]
    public = {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "ES256"}
    return SigningKey(kid=kid, public=public, private=_lock(key.as_dict(private=True)), not_before=now)


def _lock(private: dict[str, Any]) -> str:
    return jwe.encrypt_compact(LOCK, json.dumps(private).encode(), _lock_keys()[0], algorithms=[*LOCK.values()])


def _unlock(locked: str) -> ECKey:
    for key in _lock_keys():
        try:
            opened = jwe.decrypt_compact(locked, key, algorithms=[*LOCK.values()])
        except (JoseError, ValueError):
            continue
        return ECKey.import_key(json.loads(opened.plaintext or b""))
    raise KeyUnreadable("The signing key cannot be read: FREESLOT_KEY_ENCRYPTION_KEY lacks the key it was stored with.")


def _lock_keys() -> list[OctKey]:
    """One key per secret of the configuration, made for this use alone; the first writes, all read."""
    derived = [hmac.new(secret.encode(), b"freeslot receipts signing key", hashlib.sha256) for secret in _secrets()]
    return [OctKey.import_key({"kty": "oct", "k": _base64url(each.digest())}) for each in derived]


def _secrets() -> list[str]:
    secrets: list[str] = settings.KEY_ENCRYPTION_KEYS
    return secrets


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
