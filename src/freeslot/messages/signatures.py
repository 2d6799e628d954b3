"""The signature under a gateway's report: what proves that it comes from who knows our token.

Source: https://www.twilio.com/docs/usage/security (Validating requests): the base64 of HMAC-SHA1, by the account's
token, over the whole address and then each field's name and value, sorted by name.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

PORTS = {"https": 443, "http": 80}


def signature_of(url: str, fields: Mapping[str, Sequence[str]], *, token: str) -> str:
    """A field that comes several times counts with each of its values once, in their order."""
    said = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def is_signed(url: str, fields: Mapping[str, Sequence[str]], *, token: str, signature: str) -> bool:
    """Whether the signature is right; gateways name the scheme's own port in the address, or leave it out."""
    said = signature.encode()
    rights = [signature_of(each, fields, token=token).encode() for each in _spellings(url)]
    return any(hmac.compare_digest(right, said) for right in rights)


def _spellings(url: str) -> Iterator[str]:
    yield url
    parts = urlsplit(url)
    port = f":{PORTS.get(parts.scheme, '')}"
    if parts.port is None:
        yield url.replace(parts.netloc, parts.netloc + port, 1)
    else:
        yield url.replace(parts.netloc, parts.netloc.removesuffix(f":{parts.port}"), 1)
