"""Serving wishes: by what comes free, to the second, oldest first, and never at a price."""

import uuid
from datetime import time, timedelta

import pytest

from freeslot.commands.doctor import breaches
from freeslot.events.models import Event
from freeslot.patients.models import Grant
from freeslot.practices.models import Location, Policy
from freeslot.scheduling.actors import Door, link_holder
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.links import give_link, revoke_links
from freeslot.scheduling.operations.move import move_appointment
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.operations.serve import serve_wish, serve_wishes
from tests.scheduling.acts import cancel, last_event
from tests.support.cast import RULES, make_cast
from tests.waitlist.wishes import Booked, add_practitioner, ended, fully_booked, settle

TICK = timedelta(microseconds=1)


def another(booked: Booked, starts_at) -> Appointment:
    """A visit of the same patient's at a time of one's choice."""
    return booked.cast.book(slots=[booked.free(starts_at)])


def test_a_freed_time_goes_to_the_wish_by_the_same_move_as_ever(booked):
    wish, wanted = booked.wish(), booked.at(3, 10)
    booked.free(wanted)
    assert serve_wishes(now=booked.cast.now) == 1
    visit = Appointment.objects.get(pk=booked.visit.pk)
    event = last_event(visit)
    assert (visit.reference, visit.starts_at, visit.moves) == (booked.visit.reference, wanted, 1)
    assert (event.kind, event.data["wish"], event.actor_kind, event.door) == (
        "appointment.moved", True, "patient", "system",
    )  # fmt: skip
    wish.refresh_from_db()
    assert (wish.ended_why, wish.event_id) == ("fulfilled", event.pk)
    settle(booked.cast.now)
    assert list(breaches(now=booked.cast.now)) == []


def test_without_a_time_nothing_changes(booked):
    wish = booked.wish()
    assert serve_wishes(now=booked.cast.now) == 0
    assert (ended(wish), booked.start()) == ("", booked.visit.starts_at)


def test_a_cancel_serves_the_wish_once_its_undo_window_is_given_up(booked):
    other = another(booked, booked.at(3, 10))
    booked.wish()
    cancel(booked.cast, other.reference)
    settle(booked.cast.now)
    assert booked.start() == booked.visit.starts_at
    release_slots(ref=other.reference, actor=booked.cast.patient_actor, door=Door.PORTAL, now=booked.cast.now)
    settle(booked.cast.now)
    assert booked.start() == booked.at(3, 10)


def test_what_comes_free_on_a_day_that_the_practice_has_closed_serves_nobody(booked):
    cast = booked.cast
    other, wanted = another(booked, booked.at(3, 10)), booked.at(3, 10)
    wish, later = booked.wish(), cast.now + timedelta(hours=1)
    close_day(practice=cast.practice, day=wanted.date(), now=cast.now)
    cancel(cast, other.reference, actor=cast.staff)
    settle(later)
    release_lapsed(now=later)
    settle(later)
    assert serve_wishes(now=later) == 0
    assert (ended(wish), booked.start()) == ("", booked.visit.starts_at)


def test_a_cancel_without_an_undo_window_serves_it_at_once(booked):
    Policy.objects.filter(pk=booked.cast.policy.pk).update(rules=RULES | {"undo_minutes": 0})
    other = another(booked, booked.at(3, 10))
    booked.wish()
    cancel(booked.cast, other.reference)
    settle(booked.cast.now)
    assert booked.start() == booked.at(3, 10)


def test_a_move_serves_it_with_the_time_that_was_left(booked):
    other, target = another(booked, booked.at(3, 10)), booked.free(booked.at(20, 10))
    booked.wish()
    move_appointment(
        ref=other.reference, slot_ids=[target.pk], actor=booked.cast.patient_actor, door=Door.PORTAL, accepted_fee=0,
        idempotency_key="", now=booked.cast.now,
    )  # fmt: skip
    settle(booked.cast.now)
    assert booked.start() == booked.at(3, 10)


def test_a_hold_that_lapses_serves_it_by_the_sweep_to_the_second(booked):
    booked.wish()
    until = booked.cast.now + timedelta(minutes=10)
    held = {"status": Slot.Status.HELD, "held_by": booked.cast.patient.pk, "held_until": until}
    Slot.objects.filter(pk=booked.free(booked.at(3, 10)).pk).update(**held)
    assert serve_wishes(now=until - TICK) == 0
    assert serve_wishes(now=until) == 1


@pytest.mark.parametrize(("given", "hour", "served"), [
    ({"starts_from": time(10)}, 10, 1),
    ({"starts_from": time(10, 1)}, 10, 0),
    ({"ends_until": time(10, 20)}, 10, 1),
    ({"ends_until": time(10, 19)}, 10, 0),
    ({"weekdays": frozenset({5})}, 10, 1),
    ({"weekdays": frozenset({4, 6})}, 10, 0),
])  # fmt: skip
def test_only_the_days_and_hours_that_are_wished_for(booked, given, hour, served):
    booked.wish(**given)
    booked.free(booked.at(3, hour))  # a Saturday
    assert serve_wishes(now=booked.cast.now) == served


def test_the_notice_is_kept_to_the_instant(booked):
    wanted, notice = booked.at(3, 10), timedelta(hours=48)
    booked.wish(notice=notice)
    booked.free(wanted)
    assert serve_wishes(now=wanted - notice + TICK) == 0
    assert serve_wishes(now=wanted - notice) == 1


def test_the_day_itself_is_too_late_and_the_one_before_is_not(booked):
    day = booked.at(5, 0).date()
    booked.wish(before_on=day)
    booked.free(booked.at(5, 9))
    assert serve_wishes(now=booked.cast.now) == 0
    booked.free(booked.at(4, 16, 40))
    assert serve_wishes(now=booked.cast.now) == 1
    assert booked.start() == booked.at(4, 16, 40)


def test_the_earliest_of_several_is_taken(booked):
    booked.wish()
    for days in (6, 4, 5):
        booked.free(booked.at(days, 10))
    serve_wishes(now=booked.cast.now)
    assert booked.start() == booked.at(4, 10)


def test_the_oldest_wish_comes_first(booked):
    second = another(booked, booked.at(13, 9))
    settle(booked.cast.now)
    older = booked.wish(visit=second, before_on=booked.at(13, 9).date())
    younger = booked.wish(now=booked.cast.now + timedelta(seconds=1), before_on=booked.at(10, 0).date())
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=booked.cast.now + timedelta(minutes=1)) == 1
    assert (ended(older), ended(younger)) == ("fulfilled", "")


def test_the_oldest_wish_comes_first_though_it_was_looked_at_last(booked, monkeypatch):
    monkeypatch.setattr("freeslot.waitlist.operations.serve.BATCH", 1)
    second, later = another(booked, booked.at(13, 9)), booked.cast.now + timedelta(seconds=1)
    older, younger = booked.wish(), booked.wish(visit=second, before_on=booked.at(13, 9).date(), now=later)
    Wish.objects.filter(pk=older.pk).update(looked_at=later + TICK)
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=booked.cast.now + timedelta(minutes=1)) == 1
    assert (ended(older), ended(younger)) == ("fulfilled", "")


def test_practices_take_turns_where_there_are_more_wishes_than_one_sweep_looks_at(booked, monkeypatch):
    monkeypatch.setattr("freeslot.waitlist.operations.serve.BATCH", 1)
    now, elsewhere = booked.cast.now, fully_booked(make_cast(weeks=4, name="Elsewhere"))
    wishes = [booked.wish(), elsewhere.wish()]
    for sweep in (1, 2):
        serve_wishes(now=now + sweep * TICK)
    assert {Wish.objects.get(pk=wish.pk).looked_at - now for wish in wishes} == {TICK, 2 * TICK}


def test_the_oldest_wish_comes_first_also_where_an_event_says_what_came_free(booked):
    cancelled, second = another(booked, booked.at(3, 10)), another(booked, booked.at(13, 10))
    older, later = booked.wish(), booked.cast.now + timedelta(seconds=1)
    younger = booked.wish(visit=second, before_on=booked.at(13, 10).date(), now=later)
    cancel(booked.cast, cancelled.reference)
    actor = booked.cast.patient_actor
    release_slots(ref=cancelled.reference, actor=actor, door=Door.PORTAL, now=booked.cast.now)
    settle(later)
    assert (ended(older), ended(younger)) == ("fulfilled", "")


def test_a_wish_is_never_served_inside_the_late_window(booked):
    wish = booked.wish(notice=timedelta(hours=1))
    deadline = booked.visit.starts_at - timedelta(hours=24)
    booked.free(booked.visit.starts_at - timedelta(hours=20))
    assert serve_wishes(now=deadline + timedelta(seconds=1)) == 0
    assert (ended(wish), booked.start()) == ("over", booked.visit.starts_at)


def test_nor_to_a_time_that_could_only_be_cancelled_at_a_fee(booked):
    booked.wish(notice=timedelta(hours=1))
    wanted = booked.at(3, 10)
    booked.free(wanted)
    assert serve_wishes(now=wanted - timedelta(hours=24) + timedelta(seconds=1)) == 0
    assert serve_wishes(now=wanted - timedelta(hours=24)) == 1


def test_nor_into_another_visit_of_the_patients(booked):
    another(booked, booked.at(3, 10))
    other = add_practitioner(booked.cast, "Dr. Ruiz", is_open=False)
    booked.wish()
    booked.free(booked.at(3, 10), other)
    assert serve_wishes(now=booked.cast.now) == 0
    booked.free(booked.at(3, 10, 20), other)
    assert serve_wishes(now=booked.cast.now) == 1


def test_anybody_or_the_one_who_is_wished_for(booked):
    other = add_practitioner(booked.cast, "Dr. Ruiz", is_open=False)
    booked.wish(practitioner_id=booked.cast.practitioner.pk)
    booked.free(booked.at(3, 10), other)
    assert serve_wishes(now=booked.cast.now) == 0
    booked.wish()
    assert serve_wishes(now=booked.cast.now) == 1


def test_only_at_the_place_of_the_visit(booked):
    elsewhere = Location.objects.create(practice=booked.cast.practice, name="West", address="9 West Street")
    add_practitioner(booked.cast, "Dr. Ruiz", location=elsewhere)
    booked.wish()
    assert serve_wishes(now=booked.cast.now) == 0


def test_a_practice_that_keeps_the_practitioner_is_obeyed(booked):
    Policy.objects.filter(pk=booked.cast.policy.pk).update(rules=RULES | {"move": {"elsewhere": []}})
    other = add_practitioner(booked.cast, "Dr. Ruiz")
    booked.wish()
    assert other.slots.filter(status="free").exists()
    assert serve_wishes(now=booked.cast.now) == 0


def test_the_limit_of_moves_ends_the_wish(booked):
    wish = booked.wish()
    Policy.objects.filter(pk=booked.cast.policy.pk).update(rules=RULES | {"move": {"most": 0}})
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=booked.cast.now) == 0
    assert ended(wish) == "refused"


def test_who_may_not_act_for_the_patient_any_more_moves_nothing(booked):
    wish = booked.wish()
    Grant.objects.filter(user=booked.cast.patient_user).update(until=booked.cast.now)
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=booked.cast.now) == 0
    assert (ended(wish), booked.start()) == ("refused", booked.visit.starts_at)


@pytest.mark.parametrize(("by_link", "served"), [(True, 0), (False, 1)])
def test_a_link_that_the_practice_has_revoked_moves_nothing(booked, by_link: bool, served: int):
    cast, visit = booked.cast, booked.visit
    given = {"appointment_id": visit.pk, "practice_id": visit.practice_id, "contact_id": None, "now": cast.now}
    give_link(seed=uuid.uuid4(), **given)
    actor = link_holder(visit.pk) if by_link else cast.patient_actor
    wish = make_wish(ref=visit.reference, terms=booked.terms(), actor=actor, door=Door.LINK, now=cast.now)
    assert revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now) == 1
    booked.free(booked.at(3, 10))
    assert serve_wishes(now=cast.now) == served
    assert ended(wish) == ("fulfilled" if served else "refused")


def test_a_cancel_of_the_visit_ends_its_wish(booked):
    wish = booked.wish()
    cancel(booked.cast, booked.visit.reference)
    assert serve_wish(wish.pk, now=booked.cast.now) is False
    assert ended(wish) == "over"
    settle(booked.cast.now)


@pytest.mark.parametrize(("days", "why"), [(3, "over"), (20, "")])
def test_a_move_by_hand_ends_it_only_where_it_gives_what_was_wished(booked, days, why):
    wish, target = booked.wish(before_on=booked.at(10, 0).date()), booked.free(booked.at(days, 10))
    move_appointment(
        ref=booked.visit.reference, slot_ids=[target.pk], actor=booked.cast.patient_actor, door=Door.PORTAL,
        accepted_fee=0, idempotency_key="", now=booked.cast.now,
    )  # fmt: skip
    settle(booked.cast.now)
    assert ended(wish) == why


def test_an_event_that_is_handled_twice_moves_once(booked):
    Policy.objects.filter(pk=booked.cast.policy.pk).update(rules=RULES | {"undo_minutes": 0})
    other = another(booked, booked.at(3, 10))
    booked.wish()
    cancel(booked.cast, other.reference)
    settle(booked.cast.now)
    Event.objects.filter(subject_id=other.pk).update(done_at=None, claimed_until=None)
    settle(booked.cast.now)
    assert Event.objects.filter(subject_id=booked.visit.pk, kind="appointment.moved").count() == 1


def test_a_sweep_without_wishes_costs_one_statement(booked, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert serve_wishes(now=booked.cast.now) == 0
