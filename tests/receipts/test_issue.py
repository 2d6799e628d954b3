"""A receipt is issued once for each event that earns one, in the order of the visit, however many ask at once."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.receipts import issue, keys
from freeslot.receipts.issue import receipt_for, receipt_soon
from freeslot.receipts.models import Receipt, SigningKey
from freeslot.receipts.reactor import react
from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.release import release_slots
from tests.receipts.acts import booked, cancel, make_cast, miss, undo
from tests.support.at_once import at_once

pytestmark = pytest.mark.django_db


def numbers_of(visit):
    return [receipt.number for receipt in Receipt.objects.filter(appointment=visit).order_by("chain_index")]


def statements(queries):
    frame = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return [each["sql"].split()[0] for each in queries if not each["sql"].startswith(frame)]


def test_the_receipts_of_a_visit_form_a_chain():
    cast = make_cast()
    visit = cast.book()
    events = [booked(visit), cancel(cast, visit), undo(cast, visit), cancel(cast, visit, idempotency_key="again")]
    receipts = [receipt_for(event) for event in events]
    assert [receipt.chain_index for receipt in receipts] == [1, 2, 3, 4]
    assert [receipt.prev for receipt in receipts] == ["", *(receipt.digest for receipt in receipts[:-1])]
    assert "prev" not in receipts[0].payload
    assert [receipt.payload["prev"] for receipt in receipts[1:]] == [receipt.prev for receipt in receipts[1:]]
    assert [str(receipt) for receipt in receipts] == numbers_of(visit)


def test_asking_again_gives_the_same_receipt():
    cast = make_cast()
    event = booked(cast.book())
    first = receipt_for(event)
    react(event, cast.now)
    again = receipt_for(event)
    assert (again, again.token) == (first, first.token)
    assert Receipt.objects.count() == 1


def test_events_without_a_receipt_get_theirs_before_the_one_that_is_asked_for():
    cast = make_cast()
    visit = cast.book()
    first, second, third = booked(visit), cancel(cast, visit), undo(cast, visit)
    receipt = receipt_for(third)
    chain = Receipt.objects.filter(appointment=visit).order_by("chain_index")
    assert [each.event for each in chain] == [first, second, third]
    assert receipt.event == third


def test_an_older_event_keeps_its_own_receipt():
    cast = make_cast()
    visit = cast.book()
    event = cancel(cast, visit)
    latest = receipt_for(event)
    assert receipt_for(booked(visit)).number == numbers_of(visit)[0]
    assert latest.number == numbers_of(visit)[1]


def test_an_event_that_changes_nothing_for_the_patient_earns_no_receipt():
    cast = make_cast()
    visit = cast.book()
    cancel(cast, visit)
    release_slots(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)
    released = Event.objects.get(kind="appointment.released")
    assert receipt_for(released) is None
    assert Receipt.objects.count() == 0


def test_a_missed_visit_earns_a_receipt():
    cast = make_cast()
    visit = cast.book(days=0)
    assert receipt_for(miss(cast, visit)).claims.event == "noshow"


def test_a_receipt_is_about_the_moment_of_its_event():
    cast = make_cast()
    event = cancel(cast, cast.book(), now=cast.now + timedelta(seconds=7))
    receipt = receipt_for(event)
    assert receipt.issued_at == event.at == receipt.claims.at


def test_one_read_and_one_write_are_enough():
    cast = make_cast()
    visit = cast.book()
    receipt_for(booked(visit))
    event = cancel(cast, visit)
    with CaptureQueriesContext(connection) as queries:
        receipt_for(event)
    assert statements(queries) == ["SELECT", "INSERT"]
    with CaptureQueriesContext(connection) as queries:
        receipt_for(event)
    assert statements(queries) == ["SELECT"]


def test_a_cancel_and_its_receipt_take_ten_statements_at_most():
    cast = make_cast()
    visit = cast.book(days=0)
    receipt_for(booked(visit))
    press = {"reason": "", "note": "", "accepted_fee": 2500, "idempotency_key": "k", "now": cast.now}
    with CaptureQueriesContext(connection) as queries:
        outcome = cancel_appointment(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, **press)
        receipt = receipt_for(outcome.event)
    assert receipt.event_id == outcome.event_id
    assert len(statements(queries)) <= 10


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once_leave_one_receipt_and_both_get_it(monkeypatch):
    cast = make_cast()
    visit = cast.book()
    receipt_for(booked(visit))
    event = cancel(cast, visit)
    both_signed = at_same_line(monkeypatch)
    receipts = at_once(lambda: receipt_for(event), lambda: receipt_for(event))
    assert both_signed.broken is False
    assert receipts[0] == receipts[1]
    assert numbers_of(visit)[1:] == [receipts[0].number]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_events_of_one_visit_at_once_leave_no_fork(monkeypatch):
    cast = make_cast()
    visit = cast.book()
    first, second = booked(visit), cancel(cast, visit)
    receipt_for(booked(cast.book()))
    at_same_line(monkeypatch)
    receipts = at_once(lambda: receipt_for(first), lambda: receipt_for(second))
    assert [receipt.event for receipt in receipts] == [first, second]
    assert receipts[1].prev == receipts[0].digest


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_one_receipt_for_each_event():
    cast = make_cast()
    visit = cast.book()
    events = [booked(visit), cancel(cast, visit), undo(cast, visit)]
    at_once(*[lambda event=event: receipt_for(event) for event in events * 4])
    chain = list(Receipt.objects.filter(appointment=visit).order_by("chain_index"))
    assert [receipt.event for receipt in chain] == events
    assert SigningKey.objects.count() == 1


def at_same_line(monkeypatch):
    """Holds two threads until both have signed, so that both write."""
    line, sign, passed = threading.Barrier(2), issue.jws.sign, threading.local()

    def sign_and_wait(payload, *, key, kid):
        token = sign(payload, key=key, kid=kid)
        if not getattr(passed, "once", False):
            passed.once = True
            line.wait(timeout=20)
        return token

    monkeypatch.setattr(issue.jws, "sign", sign_and_wait)
    return line


def test_a_number_that_is_taken_is_drawn_again(monkeypatch):
    cast = make_cast()
    taken = receipt_for(booked(cast.book())).number
    drawn = iter([taken, "R-0000-0001"])
    monkeypatch.setattr(issue, "new_reference", lambda _prefix: next(drawn))
    assert receipt_for(booked(cast.book())).number == "R-0000-0001"


def test_it_gives_up_in_the_end(monkeypatch):
    cast = make_cast()
    taken = receipt_for(booked(cast.book())).number
    monkeypatch.setattr(issue, "new_reference", lambda _prefix: taken)
    with pytest.raises(IntegrityError):
        receipt_for(booked(cast.book()))


def test_a_page_is_not_held_up_by_a_receipt_that_fails(monkeypatch, caplog):
    cast = make_cast()
    event = booked(cast.book())
    assert receipt_soon(event).event == event
    other = booked(cast.book())

    def fail(kid):
        raise keys.KeyUnreadable("no key")

    monkeypatch.setattr(keys, "private_key", fail)
    assert receipt_soon(other) is None
    assert caplog.messages == ["A receipt could not be issued at once (KeyUnreadable); the worker will do it."]
    with pytest.raises(keys.KeyUnreadable):
        react(other, cast.now)
