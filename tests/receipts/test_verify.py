"""A receipt holds for whoever has the public keys, and nothing that was made or changed by somebody else does."""

import json

import pytest
from jwcrypto.common import JWKeyNotFound, json_decode
from jwcrypto.jwk import JWKSet
from jwcrypto.jws import JWS

from freeslot.receipts import keys
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.jws import Malformed, payload_of
from freeslot.receipts.reading import Problem
from freeslot.receipts.verify import check
from tests.receipts import forged
from tests.receipts.acts import booked, cancel, make_cast, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt():
    return receipt_for(booked(make_cast().book()))


def problem_of(token):
    return check(token, keys.jwks()).problem


def test_a_receipt_holds(receipt):
    checked = check(receipt.token, keys.jwks())
    assert (checked.token, checked.claims, checked.problem) == (receipt.token, receipt.claims, None)


def test_a_second_library_verifies_every_kind_of_receipt_and_reads_the_same():
    cast = make_cast(rules={"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]})
    visit = cast.book(days=0)
    receipts = [receipt_for(each) for each in (booked(visit), cancel(cast, visit), undo(cast, visit))]
    theirs = JWKSet.from_json(json.dumps(keys.jwks()))
    for receipt in receipts:
        token = JWS()
        token.deserialize(receipt.token)
        token.verify(theirs)
        assert json_decode(token.payload) == receipt.payload
        assert token.jose_header["typ"] == "appointment-receipt+jwt"


def test_a_second_library_refuses_what_was_changed(receipt):
    token = JWS()
    token.deserialize(forged.with_payload(receipt, event="cancelled"))
    with pytest.raises(JWKeyNotFound, match="No working key"):
        token.verify(JWKSet.from_json(json.dumps(keys.jwks())))


def test_another_content_is_noticed(receipt):
    assert problem_of(forged.with_payload(receipt, iat=receipt.payload["iat"] - 86400)) is Problem.CHANGED
    free = receipt.payload["policy"] | {"fee": {"minor": 1, "currency": "USD"}}
    assert problem_of(forged.with_payload(receipt, policy=free)) is Problem.CHANGED


def test_characters_glued_to_the_end_are_noticed_and_a_full_stop_is_not(receipt):
    for glued in ("A", "AAAA", "_", ".x"):
        assert problem_of(receipt.token + glued) in {Problem.CHANGED, Problem.MALFORMED}, glued
    assert check(f"Here it is: {receipt.token}. Thank you.", keys.jwks()).token == receipt.token


def test_another_signature_is_noticed(receipt):
    last = "A" if receipt.token[-3] != "A" else "B"
    assert problem_of(f"{receipt.token[:-3]}{last}{receipt.token[-2:]}") is Problem.CHANGED
    assert problem_of(receipt.token[:-20]) is Problem.CHANGED
    assert problem_of(forged.by_another_key(receipt)) is Problem.CHANGED


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "ES384", "EdDSA"])
def test_no_other_algorithm_is_taken(receipt, alg):
    assert problem_of(forged.unsigned(receipt, alg=alg)) is Problem.OTHER_KIND


def test_the_public_key_is_no_secret_to_sign_with(receipt):
    assert problem_of(forged.by_public_key_as_secret(receipt)) is Problem.OTHER_KIND


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": "appointment-receipt"},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/chain.pem"},
        {"x5c": ["MII"]},
        {"crit": ["exp"], "exp": 1},
        {"b64": False},
        {"cty": "JWT"},
    ],
)
def test_no_other_header_is_taken_even_under_our_own_signature(receipt, header):
    assert problem_of(forged.with_header(receipt, **header)) is Problem.OTHER_KIND


@pytest.mark.parametrize("kid", ["unknown", "", None, 7, ["a"], {"a": 1}])
def test_an_unknown_key_is_said_to_be_unknown(receipt, kid):
    assert problem_of(forged.by_another_key(receipt, kid=kid)) is Problem.UNKNOWN_KEY


@pytest.mark.parametrize(
    "jwk", [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}, {"kty": "EC"}, {}]
)
def test_a_damaged_key_is_as_good_as_none(receipt, jwk):
    kid = forged.header_of(receipt)["kid"]
    assert check(receipt.token, {"keys": [{**jwk, "kid": kid}]}).problem is Problem.UNKNOWN_KEY


@pytest.mark.parametrize("content", [b"[]", b"7", b"not json", b"\xff", b'{"jti":"R-8DWE-6TNP"}', b"{}", b'"text"'])
def test_what_we_signed_but_is_no_receipt_is_no_receipt(receipt, content):
    assert problem_of(forged.with_content(receipt, content)) is Problem.MALFORMED


@pytest.mark.parametrize("head", ["eyJ!!!!!!!!", "eyJhbGciOiJFUzI1NiJ", "eyJhbGciOiJFUzI1NiJ5", "eyJhIjpbW1tbW1tb"])
def test_a_damaged_header_is_said_to_be_damaged(receipt, head):
    checked = check(f"{head}.{receipt.token.split('.', 1)[1]}", keys.jwks())
    assert checked.problem in {Problem.MALFORMED, Problem.NOTHING, Problem.OTHER_KIND}


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "a.é.c", "a." + "[" * 200_000 + ".c"])
def test_what_has_not_three_parts_of_base64_is_malformed(token):
    with pytest.raises(Malformed):
        payload_of(token)


def test_a_key_set_from_elsewhere_does_not_confirm_our_receipt(receipt):
    assert check(receipt.token, {"keys": []}).problem is Problem.UNKNOWN_KEY
