"""A late cancel makes one charge, an undo waives it, and a patient never owes twice for one visit."""

from datetime import timedelta

import pytest

from freeslot.charges.invariants import breaches
from freeslot.charges.models import Charge
from freeslot.charges.reactor import react
from freeslot.events.models import Event
from freeslot.scheduling.money import Money
from tests.receipts.acts import booked, cancel, make_cast, undo
from tests.support.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return make_cast()


def charges_of(visit):
    found = Charge.objects.filter(appointment=visit).order_by("event__version")
    return [(charge.amount, charge.state, charge.why) for charge in found]


def handled(cast, *events: Event):
    for event in events:
        react(event, cast.now)
        event.finish(cast.now)


def test_a_late_cancel_makes_one_charge_however_often_it_is_handled(cast):
    visit = cast.book(days=0)
    event = cancel(cast, visit)
    handled(cast, booked(visit), event, event)
    assert charges_of(visit) == [(Money(2500, "USD"), "decided", "late")]
    charge = Charge.objects.get()
    assert (charge.practice, charge.event, charge.decided_at) == (cast.practice, event, event.at)


def test_a_charge_that_the_patient_asked_to_review_is_not_decided(cast):
    visit = cast.book(days=0)
    handled(cast, cancel(cast, visit, ask_review=True))
    assert charges_of(visit) == [(Money(2500, "USD"), "in_review", "late")]


def test_a_free_cancel_makes_none(cast):
    visit = cast.book()
    handled(cast, cancel(cast, visit))
    assert charges_of(visit) == []


def test_an_undo_waives_the_charge(cast):
    visit = cast.book(days=0)
    handled(cast, cancel(cast, visit), undo(cast, visit))
    assert charges_of(visit) == [(Money(2500, "USD"), "waived", "undone")]


def test_an_undo_that_is_handled_again_leaves_the_next_cancel_alone(cast):
    visit = cast.book(days=0)
    first, undone, second = cancel(cast, visit), undo(cast, visit), cancel(cast, visit, idempotency_key="again")
    handled(cast, first, undone, second, undone, first)
    assert [state for _, state, _ in charges_of(visit)] == ["waived", "decided"]
    assert list(breaches(now=cast.now + timedelta(hours=1))) == []


def test_what_is_settled_is_not_waived(cast):
    visit = cast.book(days=0)
    handled(cast, cancel(cast, visit))
    Charge.objects.update(state=Charge.State.SETTLED)
    handled(cast, undo(cast, visit))
    assert [state for _, state, _ in charges_of(visit)] == ["settled"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_leave_one_charge():
    cast = make_cast()
    visit = cast.book(days=0)
    event = cancel(cast, visit)
    at_once(*[lambda: react(event, cast.now)] * 6)
    assert len(charges_of(visit)) == 1


def test_the_doctor_finds_a_charge_that_is_missing_doubled_or_changed(cast):
    visit = cast.book(days=0)
    event, undone, again = cancel(cast, visit), undo(cast, visit), cancel(cast, visit, idempotency_key="again")
    handled(cast, event, undone, again)
    later = cast.now + timedelta(minutes=2)
    assert list(breaches(now=later)) == []
    Charge.objects.update(state=Charge.State.DISPUTED)
    assert list(breaches(now=later)) == [f"The visit {visit.pk} has 2 open charges."]
    charge = Charge.objects.get(event=again)
    Charge.objects.filter(event=event).delete()
    Charge.objects.update(amount_minor=1)
    assert str(Charge.objects.get()) == f"{Money(1, 'USD')} disputed"
    assert list(breaches(now=later)) == [
        f"The late cancel {event.pk} made no charge.",
        f"The charge {charge.pk} is not the fee that its event decided.",
    ]


def test_a_cancel_that_still_waits_to_be_handled_is_no_breach(cast):
    cancel(cast, cast.book(days=0))
    assert list(breaches(now=cast.now + timedelta(hours=1))) == []
