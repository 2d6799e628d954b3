"""Checks a receipt against a set of public keys; pure, so it does the same on the open page and on a lone laptop."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from freeslot.receipts import jws
from freeslot.receipts.claims import Claims
from freeslot.receipts.reading import NotConfirmed, Problem, claims_beside, token_in


@dataclass(frozen=True)
class Checked:
    """Either `claims` (the signature holds) or `problem`. `token` is what was found, also where it does not hold."""

    token: str = ""
    claims: Claims | None = None
    problem: Problem | None = None


def check(handed_in: str | bytes, jwks: Mapping[str, Any]) -> Checked:
    """Never raises, whatever is handed in; `jwks` is a JWK Set (RFC 7517)."""
    token = ""
    try:
        token = token_in(handed_in)
        claims = confirmed(token, jwks)
        _check_beside(claims_beside(handed_in), token)
        return Checked(token, claims=claims)
    except NotConfirmed as error:
        return Checked(token, problem=error.problem)


def confirmed(token: str, jwks: Mapping[str, Any]) -> Claims:
    """What the token says, once its signature was checked. Raises NotConfirmed.

    The key comes from `jwks` alone, by the token's kid; the algorithm is fixed before the token is looked at.
    """
    try:
        key = _key(jwks, jws.kid_of(token))
        jws.check_signature(token, key=key)
        return Claims.from_payload(jws.payload_of(token))
    except jws.OfAnotherKind as error:
        raise NotConfirmed(Problem.OTHER_KIND) from error
    except jws.Changed as error:
        raise NotConfirmed(Problem.CHANGED) from error
    except ValueError as error:
        raise NotConfirmed(Problem.MALFORMED) from error


def _check_beside(beside: object, token: str) -> None:
    """A right signature must not vouch for words that somebody wrote next to it."""
    if beside is not None and beside != jws.payload_of(token):
        raise NotConfirmed(Problem.CHANGED_BESIDE)


def _key(jwks: Mapping[str, Any], kid: str) -> ECKey:
    for jwk in jwks["keys"]:
        if isinstance(jwk, dict) and jwk.get("kid") == kid:
            try:
                return ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
            except (JoseError, KeyError, ValueError) as error:
                raise NotConfirmed(Problem.UNKNOWN_KEY) from error
    raise NotConfirmed(Problem.UNKNOWN_KEY)
