"""Tokens as a forger would make them: any header, any content, any key."""

import base64
import json
from typing import Any

from joserfc import jws as jose
from joserfc.jwk import ECKey, OctKey

from freeslot.receipts import jws, keys
from freeslot.receipts.models import Receipt


def part(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def header_of(receipt: Receipt) -> dict[str, Any]:
    return jws._part(receipt.token, 0)


def with_payload(receipt: Receipt, **changes: Any) -> str:
    """The signed receipt with something else in it."""
    head, _, signature = receipt.token.split(".")
    return f"{head}.{part(receipt.payload | changes)}.{signature}"


def with_header(receipt: Receipt, **changes: Any) -> str:
    """Signed by the real key, but under another header."""
    header = header_of(receipt) | changes
    key = keys.private_key(header_of(receipt)["kid"])
    return _signed(header, json.dumps(receipt.payload).encode(), key)


def with_content(receipt: Receipt, content: bytes) -> str:
    """Signed by the real key, whatever it says."""
    return _signed(header_of(receipt), content, keys.private_key(header_of(receipt)["kid"]))


def by_another_key(receipt: Receipt, **changes: Any) -> str:
    header = header_of(receipt) | changes
    return _signed(header, json.dumps(receipt.payload).encode(), ECKey.generate_key("P-256", private=True))


def by_public_key_as_secret(receipt: Receipt) -> str:
    """The old trick: the public key's text as the secret of a symmetric signature."""
    secret = OctKey.import_key(json.dumps(keys.jwks()["keys"][0]).encode() + b"-" * 32)
    header = header_of(receipt) | {"alg": "HS256"}
    return jose.serialize_compact(header, json.dumps(receipt.payload).encode(), secret, algorithms=["HS256"])


def unsigned(receipt: Receipt, alg: str = "none") -> str:
    return f"{part(header_of(receipt) | {'alg': alg})}.{part(receipt.payload)}."


def _signed(header: dict[str, Any], content: bytes, key: ECKey) -> str:
    """By hand: some of these headers no library would sign."""
    signed = f"{part(header)}.{part(content)}"
    return f"{signed}.{part(jose.JWSRegistry.algorithms['ES256'].sign(signed.encode(), key))}"
