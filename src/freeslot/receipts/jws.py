"""Compact JWS (RFC 7515) as receipts use it: ES256 and nothing else, one `typ`, a key named by `kid`.

Keys that a header brings along (`jwk`, `jku`, `x5c`, `x5u`) are never looked at: such a token is refused.
"""

import base64
import hashlib
import json
from binascii import Error as NotBase64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
TYPE = "appointment-receipt+jwt"
HEADER_NAMES = {"alg", "kid", "typ"}


class Malformed(ValueError):
    """Not a compact JWS, or its parts are not JSON objects."""


class OfAnotherKind(ValueError):
    """A token, but no receipt: another algorithm, another type, or a header that brings its own key."""


class Changed(ValueError):
    """The signature does not fit what is signed."""


def sign(payload: Mapping[str, Any], *, key: ECKey, kid: str) -> str:
    signed = f"{_header(kid)}.{_base64url(_json(payload))}"
    signature = jws.default_registry.get_alg(ALGORITHM).sign(signed.encode(), key)
    return f"{signed}.{_base64url(signature)}"


@lru_cache(maxsize=16)
def _header(kid: str) -> str:
    return _base64url(_json({"alg": ALGORITHM, "kid": kid, "typ": TYPE}))


def check_signature(token: str, *, key: ECKey) -> None:
    """Raises Changed when `key` did not sign exactly this token."""
    try:
        jws.deserialize_compact(token.encode(), key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        raise Changed from error


def kid_of(token: str) -> str:
    """The key the token says it was signed with. Raises Malformed, or OfAnotherKind before any key is looked at."""
    header = _part(token, 0)
    if header.get("typ") != TYPE or header.get("alg") != ALGORITHM or set(header) - HEADER_NAMES:
        raise OfAnotherKind
    return str(header.get("kid"))


def payload_of(token: str) -> dict[str, Any]:
    """What the token says, unchecked. Raises Malformed."""
    return _part(token, 1)


def digest(token: str) -> str:
    """base64url of the SHA-256 of the token exactly as it was issued."""
    return _base64url(hashlib.sha256(token.encode()).digest())


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _part(token: str, index: int) -> dict[str, Any]:
    parts = token.split(".")
    if len(parts) != len(("header", "payload", "signature")):
        raise Malformed
    try:
        padded = parts[index] + "=" * (-len(parts[index]) % 4)
        content = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (NotBase64, UnicodeError, ValueError, RecursionError) as error:
        raise Malformed from error
    if not isinstance(content, dict):
        raise Malformed
    return content
