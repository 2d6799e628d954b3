"""`freeslot doctor` finds every way in which receipts can be broken, and nothing in what is whole."""

from datetime import timedelta

import pytest

from freeslot.events.models import Event
from freeslot.receipts import keys
from freeslot.receipts.invariants import breaches
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt, SigningKey
from tests.receipts import forged
from tests.receipts.acts import booked, cancel, make_cast, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def chain(cast):
    visit = cast.book()
    events = [booked(visit), cancel(cast, visit), undo(cast, visit)]
    return [receipt_for(event) for event in events]


def found(cast):
    return list(breaches(now=cast.now + timedelta(minutes=2)))


def test_a_whole_chain_is_not_complained_of(cast, chain):
    keys.rotate_signing_key(cast.now)
    receipt_for(booked(cast.book()))
    assert found(cast) == []


def test_a_missing_receipt_is_found_after_a_minute(cast):
    event = cancel(cast, cast.book())
    receipt_for(event)
    Receipt.objects.filter(event=event).delete()
    assert list(breaches(now=cast.now + timedelta(minutes=1))) == []
    assert found(cast) == [f"The event {event.pk} (appointment.cancelled) has no receipt."]


def test_a_first_receipt_that_is_not_the_first_is_found(cast, chain):
    Receipt.objects.filter(pk=chain[0].pk).delete()
    assert f"The receipt {chain[1].number} is the first of its visit, but names one before it." in found(cast)


def test_a_gap_is_found(cast, chain):
    Receipt.objects.filter(pk=chain[1].pk).delete()
    assert f"The receipt {chain[2].number} does not follow from {chain[0].number}." in found(cast)


def test_receipts_in_another_order_than_their_events_are_found(cast, chain):
    Event.objects.filter(pk=chain[2].event_id).update(version=0)
    assert found(cast) == [f"The receipt {chain[2].number} does not follow from {chain[1].number}."]


def test_a_rewritten_receipt_is_found_twice(cast, chain):
    Receipt.objects.filter(pk=chain[0].pk).update(token=forged.with_payload(chain[0], actor="practice"))
    assert found(cast) == [
        f"The receipt {chain[1].number} does not follow from {chain[0].number}.",
        f"The receipt {chain[0].number} does not hold: changed.",
    ]


def test_a_lost_key_is_found(cast, chain):
    SigningKey.objects.all().delete()
    assert sorted(found(cast)) == sorted(f"The receipt {each.number} does not hold: unknown_key." for each in chain)


def test_a_row_that_says_something_else_than_its_token_is_found(cast, chain):
    Receipt.objects.filter(pk=chain[2].pk).update(number="R-0000-0000")
    assert found(cast) == ["The receipt R-0000-0000 says something else than its row."]
