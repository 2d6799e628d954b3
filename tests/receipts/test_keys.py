"""Signing keys: one is current, old ones keep checking, and a copy of the database alone signs nothing."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from freeslot.events.models import Event
from freeslot.receipts import keys
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import SigningKey
from freeslot.receipts.verify import check
from tests.receipts.acts import booked, make_cast
from tests.support.at_once import at_once
from tests.support.cast import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_key_of_another_test(monkeypatch):
    monkeypatch.setattr(keys, "_unlocked", {})


def test_a_key_is_made_on_first_need_and_used_from_then_on():
    cast = make_cast()
    assert keys.jwks() == {"keys": []}
    receipt_for(booked(cast.book()))
    receipt_for(booked(cast.book()))
    key = SigningKey.objects.get()
    assert str(key) == key.kid
    assert (key.not_before, key.retired_at) == (Event.objects.earliest("at").at, None)


def test_what_is_published_holds_no_private_part():
    keys.first_kid(NOW)
    (published,) = keys.jwks()["keys"]
    assert published.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg", "not_before"}
    assert (published["use"], published["alg"]) == ("sig", "ES256")


def test_the_private_key_lies_encrypted_in_the_database():
    key = SigningKey.objects.get(kid=keys.first_kid(NOW))
    secret = keys.private_key(key.kid).as_dict(private=True)["d"]
    assert secret not in key.private
    assert secret not in json.dumps(key.public)


def test_receipts_signed_before_a_rotation_still_hold():
    cast = make_cast()
    old = receipt_for(booked(cast.book()))
    rotated = keys.rotate_signing_key(cast.now + timedelta(days=1))
    new = receipt_for(booked(cast.book()))
    jwks = keys.jwks()
    assert [check(each.token, jwks).problem for each in (old, new)] == [None, None]
    retired, current = jwks["keys"]
    assert retired["retired_at"] == (cast.now + timedelta(days=1)).isoformat()
    assert (current["kid"], "retired_at" in current) == (rotated.kid, False)


def test_only_one_key_is_current():
    keys.first_kid(NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        keys._new_key(NOW).save(force_insert=True)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_processes_that_make_the_first_key_at_once_end_with_one(monkeypatch):
    line, lock = threading.Barrier(2), keys._lock

    def lock_and_wait(private):
        line.wait(timeout=20)
        return lock(private)

    monkeypatch.setattr(keys, "_lock", lock_and_wait)
    kids = at_once(lambda: keys.first_kid(NOW), lambda: keys.first_kid(NOW + timedelta(seconds=1)))
    assert kids == [SigningKey.objects.get().kid] * 2


def test_a_new_encryption_key_in_front_still_reads_what_the_old_one_wrote(settings):
    kid = keys.first_kid(NOW)
    keys._unlocked.clear()
    settings.KEY_ENCRYPTION_KEYS = ["n" * 40, *settings.KEY_ENCRYPTION_KEYS]
    assert keys.private_key(kid).thumbprint().startswith(kid)
    newer = keys.rotate_signing_key(NOW)
    settings.KEY_ENCRYPTION_KEYS = settings.KEY_ENCRYPTION_KEYS[:1]
    assert keys.private_key(newer.kid).thumbprint().startswith(newer.kid)


def test_a_lost_encryption_key_is_said_in_words(settings):
    kid = keys.first_kid(NOW)
    keys._unlocked.clear()
    settings.KEY_ENCRYPTION_KEYS = ["l" * 40]
    with pytest.raises(keys.KeyUnreadable, match="FREESLOT_KEY_ENCRYPTION_KEY lacks the key"):
        keys.private_key(kid)


def test_a_private_key_is_decrypted_once(django_assert_num_queries):
    kid = keys.first_kid(NOW)
    with django_assert_num_queries(1):
        assert keys.private_key(kid) is keys.private_key(kid)
