"""Making a wish and taking it back: who may, what it may ask for, and that the visit stays as it is."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from freeslot.audit.models import AuditRow
from freeslot.practices.models import Policy
from freeslot.scheduling.actors import Door, link_holder
from freeslot.scheduling.errors import BadReason, UnknownAppointment
from freeslot.scheduling.models import Appointment
from freeslot.waitlist.errors import CannotWish, Unwishable
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.operations.withdraw import withdraw_wish
from tests.scheduling.acts import cancel
from tests.support.cast import RULES, make_cast
from tests.waitlist.wishes import Booked, ended


def make(booked: Booked, **changes: Any) -> Wish:
    given = {
        "ref": booked.visit.reference, "terms": booked.terms(), "actor": booked.cast.patient_actor,
        "door": Door.PORTAL, "now": booked.cast.now,
    }  # fmt: skip
    return make_wish(**(given | changes))


def withdraw(booked: Booked, **changes: Any) -> bool:
    given = {
        "ref": booked.visit.reference, "actor": booked.cast.patient_actor, "door": Door.PORTAL, "now": booked.cast.now,
    }  # fmt: skip
    return withdraw_wish(**(given | changes))


def refused(booked: Booked, **changes: Any) -> Unwishable:
    with pytest.raises(CannotWish) as caught:
        make(booked, **changes)
    assert not Wish.objects.live().exists()
    return caught.value.why


def test_a_wish_says_who_made_it_and_leaves_the_visit_alone(booked):
    before = Appointment.objects.filter(pk=booked.visit.pk).values().get()
    wish = make(booked, terms=booked.terms(weekdays=frozenset({4, 0}), starts_from=time(9)))
    assert Appointment.objects.filter(pk=booked.visit.pk).values().get() == before
    assert Wish.objects.get().terms == booked.terms(weekdays=frozenset({0, 4}), starts_from=time(9))
    assert wish.actor == booked.cast.patient_actor
    row = AuditRow.objects.get(subject_id=wish.pk)
    assert (row.action, row.actor_kind, row.door) == ("wish.made", "patient", "portal")


def test_the_same_wish_again_is_one_and_another_takes_its_place(booked):
    first = make(booked)
    assert make(booked) == first
    other = make(booked, terms=booked.terms(notice=timedelta(hours=48)))
    assert ended(first) == "withdrawn"
    assert list(Wish.objects.live()) == [other]


def test_the_same_wish_by_somebody_else_is_theirs_from_then_on(booked):
    first = make(booked)
    other = make(booked, actor=booked.cast.proxy)
    assert ended(first) == "withdrawn"
    assert [wish.actor for wish in Wish.objects.live()] == [booked.cast.proxy]
    assert make(booked, actor=booked.cast.proxy) == other


@pytest.mark.parametrize(("starts_at", "is_met"), [("21:40", True), ("21:41", False), ("23:50", False)])
def test_a_visit_is_over_by_the_clock_time_of_its_own_day(booked, starts_at: str, is_met: bool):
    zone, day = booked.cast.practice.tz, booked.at(3, 0).date()
    begins = datetime.combine(day, time.fromisoformat(starts_at), zone)
    terms = booked.terms(ends_until=time(22))
    assert terms.are_met_by(begins, begins + timedelta(minutes=20), zone=zone, now=booked.cast.now) is is_met


def test_one_visit_has_one_wish_whoever_writes_it(booked):
    wish = make(booked)
    wish.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        wish.save(force_insert=True)


def test_the_holder_of_the_visits_link_may_wish_and_is_remembered_as_such(booked):
    holder = link_holder(booked.visit.pk)
    wish = make(booked, actor=holder, door=Door.LINK)
    assert Wish.objects.get(pk=wish.pk).actor == holder


def test_strangers_and_other_practices_staff_may_not(booked):
    for actor in (booked.cast.stranger, link_holder(booked.cast.patient.pk), make_cast().staff):
        with pytest.raises(UnknownAppointment):
            make(booked, actor=actor)
    with pytest.raises(UnknownAppointment):
        withdraw(booked, actor=booked.cast.stranger)


def test_a_visit_that_cannot_be_moved_cannot_have_a_wish(booked):
    cancel(booked.cast, booked.visit.reference)
    assert refused(booked) is Unwishable.NOT_MOVABLE


def test_nobody_wishes_where_a_move_would_take_a_fee_along(booked):
    late = booked.visit.starts_at - timedelta(hours=24) + timedelta(seconds=1)
    assert refused(booked, now=late) is Unwishable.LATE


def test_the_day_lies_between_now_and_the_visit(booked):
    day = booked.terms().before_on
    assert refused(booked, terms=booked.terms(before_on=day + timedelta(days=1))) is Unwishable.TOO_LATE_DAY
    soon = booked.at(1, 0).date()
    assert refused(booked, terms=booked.terms(before_on=soon)) is Unwishable.TOO_EARLY_DAY
    assert make(booked, terms=booked.terms(before_on=soon + timedelta(days=1)))


def test_the_visit_must_fit_between_the_hours(booked):
    narrow = booked.terms(starts_from=time(9), ends_until=time(9, 19))
    assert refused(booked, terms=narrow) is Unwishable.NO_HOURS
    assert make(booked, terms=booked.terms(starts_from=time(9), ends_until=time(9, 20)))


def test_a_practitioner_of_another_practice_is_not_wished_for(booked):
    other = make_cast().practitioner
    assert refused(booked, terms=booked.terms(practitioner_id=other.pk)) is Unwishable.NOT_GIVEN


def test_where_a_move_needs_a_reason_so_does_the_wish(booked):
    Policy.objects.filter(pk=booked.cast.policy.pk).update(rules=RULES | {"move": {"reason": "required"}})
    with pytest.raises(BadReason):
        make(booked)
    assert make(booked, reason="pat-lt").reason == "pat-lt"


def test_a_wish_is_taken_back_once(booked):
    wish = make(booked)
    assert withdraw(booked) is True
    assert withdraw(booked) is False
    assert ended(wish) == "withdrawn"
    assert AuditRow.objects.filter(subject_id=wish.pk, action="wish.ended").count() == 1
