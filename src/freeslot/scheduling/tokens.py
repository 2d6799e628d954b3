"""The tokens of manage links and the codes that stand in for them: made from an id and a secret, stored only hashed.

A message that is sent again carries the same token byte for byte, though no token is stored: whoever has the database
alone has no link. A secret that is rotated goes on reading, so the links it made never die.
"""

import base64
import hashlib
import hmac
import uuid

from django.conf import settings

TOKEN_BYTES = 16
CODE_DIGITS = 6


def tokens_for(seed: uuid.UUID) -> list[str]:
    """The token of each secret, the current one's first: 22 letters, digits, `-` and `_` (128 bits)."""
    return [_text(_keyed(secret, "manage link", seed)[:TOKEN_BYTES]) for secret in settings.KEY_ENCRYPTION_KEYS]


def hash_of(token: str) -> str:
    """What of a token is stored. SHA-256 is enough: 128 random bits cannot be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


def codes_for(seed: uuid.UUID) -> list[str]:
    """The code of each secret, the current one's first: six digits."""
    return [_digits(_keyed(secret, "link code", seed)) for secret in settings.KEY_ENCRYPTION_KEYS]


def guest_codes_for(checkout_id: uuid.UUID, number: int) -> list[str]:
    """The same for the `number`th code of a guest's booking."""
    return [_digits(_keyed(secret, f"guest code {number}", checkout_id)) for secret in settings.KEY_ENCRYPTION_KEYS]


def keyed_hash(use: str, text: str) -> str:
    """A fingerprint that only this deployment can make: for what must be recognised but not kept."""
    return hmac.new(settings.KEY_ENCRYPTION_KEYS[0].encode(), f"freeslot {use} {text}".encode(), "sha256").hexdigest()


def _keyed(secret: str, use: str, seed: uuid.UUID) -> bytes:
    return hmac.digest(secret.encode(), f"freeslot {use} ".encode() + seed.bytes, "sha256")


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _digits(content: bytes) -> str:
    return str(int.from_bytes(content[:8], "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)
