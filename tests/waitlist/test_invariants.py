"""What the doctor finds of wishes: nothing in a world that is whole, and each breach by one sentence."""

from datetime import timedelta

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.waitlist.invariants import breaches
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.serve import serve_wishes
from tests.scheduling.acts import cancel
from tests.support.cast import make_cast

LATER = timedelta(minutes=6)


def test_wishes_that_stand_and_that_are_fulfilled_are_no_breach(booked):
    booked.wish()
    assert list(breaches(now=booked.cast.now + LATER)) == []
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=booked.cast.now) == 1
    assert list(breaches(now=booked.cast.now + LATER)) == []


def test_a_wish_for_a_cancelled_visit_is_one_once_the_worker_has_had_its_time(booked):
    booked.wish()
    cancel(booked.cast, booked.visit.reference)
    assert list(breaches(now=booked.cast.now + timedelta(minutes=4))) == []
    assert list(breaches(now=booked.cast.now + LATER)) == [
        f"A wish stands for the visit {booked.visit.reference}, which is cancelled."
    ]


def test_a_wish_for_a_visit_that_is_past_is_one(booked):
    booked.wish()
    assert list(breaches(now=booked.visit.starts_at + LATER)) == [
        f"A wish stands for the visit {booked.visit.reference}, whose time is past."
    ]


def test_fulfilled_needs_a_move_that_says_so(booked):
    booked.wish()
    booked.free(booked.at(3, 10))
    serve_wishes(now=booked.cast.now)
    move = Event.objects.get(subject_id=booked.visit.pk, kind="appointment.moved")
    Event.objects.filter(pk=move.pk).update(data=move.data | {"wish": False})
    assert list(breaches(now=booked.cast.now)) == [
        f"A wish for the visit {booked.visit.reference} is fulfilled, but no move of it says so."
    ]


def test_a_wish_stays_within_its_practice(booked):
    booked.wish()
    Wish.objects.update(practice=make_cast().practice)
    assert list(breaches(now=booked.cast.now)) == [
        f"A wish for the visit {booked.visit.reference} points at another practice's appointment."
    ]
    assert Appointment.objects.get(pk=booked.visit.pk).practice_id == booked.cast.practice.pk
