"""Booking: which slots suit, who may book, what is frozen, what a second press gets."""

import uuid
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from django.db import IntegrityError

from freeslot.events.models import Event
from freeslot.practices.models import Policy
from freeslot.scheduling.actors import SYSTEM, Door, link_holder
from freeslot.scheduling.errors import KeyReused, SlotsUnsuitable, SlotTaken, UnknownPatient
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations import book as module
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.hold import hold_slots, release_hold
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.repeats import Earlier, Key
from freeslot.scheduling.reference import parse_reference
from tests.scheduling.acts import begin, cancel, kinds, last_event, live, slot_states, undo
from tests.support.cast import Cast, make_cast, make_patient

HOLD = timedelta(minutes=5)
# From now to before the next day's first slot.
MORNING = timedelta(hours=16)


def book(cast: Cast, *slots: Slot, **changes: Any):
    given = {
        "patient": cast.patient,
        "visit_type": cast.visit_type,
        "slot_ids": [slot.pk for slot in slots],
        "actor": cast.patient_actor,
        "door": Door.PORTAL,
        "now": cast.now,
    }
    return book_appointment(**(given | changes))


def test_a_booking_takes_its_slot_and_freezes_its_terms(cast: Cast):
    cast.patient.payer = "aetna"
    slot = cast.slots_from(cast.now)[0]
    series = uuid.uuid4()
    booked = book(cast, slot, series_id=series)
    visit = live(booked.reference)
    assert parse_reference(visit.reference, "FS") == visit.reference
    assert (visit.status, visit.version, visit.sequence, visit.slot_count) == ("booked", 1, 0, 1)
    assert (visit.starts_at, visit.ends_at) == (slot.starts_at, slot.ends_at)
    assert (visit.practitioner, visit.location, visit.policy) == (cast.practitioner, cast.location, cast.policy)
    assert (visit.price.minor, visit.currency, visit.payer, visit.booked_at) == (12000, "USD", "aetna", cast.now)
    assert (visit.booked_door, visit.ical_uid, visit.series_id) == ("portal", f"{visit.pk}@testserver", series)
    assert visit.slots.get() == slot
    assert booked.event == last_event(visit)
    assert kinds(visit) == ["booked"]
    assert str(visit) == visit.reference


def test_a_visit_keeps_the_rules_and_the_price_it_was_booked_under(cast: Cast):
    visit = cast.book()
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now, rules={})
    cast.visit_type.price_minor = 1
    cast.visit_type.save()
    after = live(visit.reference)
    assert (after.policy.version, after.price.minor) == (1, 12000)
    assert after.verdict(cast.patient_actor, after.starts_at - timedelta(hours=1)).fee.minor == 2500


def test_a_long_visit_takes_the_slots_it_needs_and_ends_when_it_ends(cast: Cast):
    cast.visit_type.length = timedelta(minutes=50)
    slots = cast.slots_from(cast.now + MORNING, 3)
    visit = live(book(cast, *slots).reference)
    assert (visit.slot_count, visit.ends_at) == (3, slots[0].starts_at + timedelta(minutes=50))
    assert slot_states(*slots) == ["busy"] * 3
    cancel(cast, visit.reference)
    assert slot_states(*slots) == ["held"] * 3


def test_slots_that_do_not_suit_are_refused(cast: Cast):
    today = cast.slots_from(cast.now + MORNING, 4)
    tomorrow = cast.slots_from(cast.now + MORNING + timedelta(days=1), 1)
    elsewhere = make_cast(weeks=1, name="Elsewhere").slots_from(cast.now, 1)
    cast.visit_type.length = timedelta(minutes=40)
    for wrong in ([], today[:1], today[:3], [today[0], today[2]], [today[3], *tomorrow], elsewhere * 2):
        with pytest.raises(SlotsUnsuitable):
            book(cast, *wrong)
    with pytest.raises(SlotsUnsuitable):
        book(cast, slot_ids=[today[0].pk, 10**9])
    with pytest.raises(SlotsUnsuitable):
        book(cast, *today[:2], now=today[0].starts_at)
    assert Appointment.objects.count() == 0


def test_another_practices_patient_visit_type_or_slot_is_refused(cast: Cast):
    other = make_cast(weeks=1, name="Elsewhere")
    slot = cast.slots_from(cast.now)[0]
    for changes in (
        {"visit_type": other.visit_type},
        {"patient": make_patient(other.practice, given_name="Ana"), "actor": SYSTEM},
        {"slot_ids": [other.slots_from(cast.now)[0].pk]},
    ):
        with pytest.raises(SlotsUnsuitable):
            book(cast, slot, **changes)


def test_slots_of_two_schedules_are_refused_even_if_they_follow_each_other(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    one, other = cast.slots_from(cast.now, 2)
    second = type(cast.schedule).objects.create(
        practice=cast.practice, practitioner=cast.practitioner, location=cast.location, slot_length=HOLD
    )
    Slot.objects.filter(pk=other.pk).update(schedule=second)
    with pytest.raises(SlotsUnsuitable):
        book(cast, one, other)


def test_only_who_may_act_for_a_patient_books_for_them(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    with pytest.raises(UnknownPatient):
        book(cast, slot, actor=cast.stranger)
    assert slot_states(slot) == ["free"]
    assert last_event(live(book(cast, slot, actor=cast.proxy).reference)).actor_kind == "proxy"


def test_the_desk_books_for_anyone_of_its_practice_and_for_nobody_else(cast: Cast):
    with pytest.raises(UnknownPatient):
        book(cast, cast.slots_from(cast.now)[0], actor=make_cast(weeks=1, name="Elsewhere").staff)
    booked = book(cast, cast.slots_from(cast.now)[0], actor=cast.staff, door=Door.DESK)
    assert last_event(live(booked.reference)).actor_kind == "practice"


def test_a_taken_slot_is_taken(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    first = book(cast, slot)
    with pytest.raises(SlotTaken):
        book(cast, slot)
    assert Appointment.objects.get().reference == first.reference


def test_one_taken_slot_of_two_takes_none(cast: Cast):
    one, other = cast.slots_from(cast.now, 2)
    book(cast, other)
    cast.visit_type.length = timedelta(minutes=40)
    with pytest.raises(SlotTaken):
        book(cast, one, other)
    assert slot_states(one, other) == ["free", "busy"]


def test_a_blocked_slot_is_not_bookable(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    Slot.objects.filter(pk=slot.pk).update(status=Slot.Status.BLOCKED)
    with pytest.raises(SlotTaken):
        book(cast, slot)


def test_a_hold_keeps_a_slot_for_its_holder_until_it_lapses(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    holder, other = uuid.uuid4(), uuid.uuid4()
    until = hold_slots(slot_ids=[slot.pk], holder=holder, length=HOLD, now=cast.now)
    assert until == cast.now + HOLD
    with pytest.raises(SlotTaken):
        book(cast, slot, now=until - timedelta(microseconds=1))
    with pytest.raises(SlotTaken):
        hold_slots(slot_ids=[slot.pk], holder=other, length=HOLD, now=cast.now)
    assert hold_slots(slot_ids=[slot.pk], holder=holder, length=2 * HOLD, now=cast.now) == cast.now + 2 * HOLD
    visit = live(book(cast, slot, now=cast.now + 2 * HOLD).reference)
    kept = visit.slots.get()
    assert (kept.held_by, kept.held_until) == (None, None)


def test_what_an_account_keeps_is_booked_by_its_name_and_by_nobody_elses(cast: Cast):
    """Neither another account's nor a guest's, a move's, or the window in which a cancel can be undone."""
    cancelled, visit = cast.book(days=3), cast.book(days=9)
    cancel(cast, cancelled.reference)
    whose: list[dict[str, Any]] = [
        {"account_id": cast.proxy_user.pk},
        {"account_id": None},
        {"moving": visit, "account_id": cast.patient_user.pk},
    ]
    slots = cast.slots_from(cast.now, len(whose))
    others = [begin(cast, slot, source=str(slot.pk), **each) for slot, each in zip(slots, whose, strict=True)]
    wanted = {each.pk: each.slot_ids for each in others} | {cancelled.pk: [cast.slots_from(cancelled.starts_at)[0].pk]}
    for holder, slot_ids in wanted.items():
        with pytest.raises(SlotTaken):
            book(cast, slot_ids=slot_ids, holder=holder)
    mine = begin(cast, *cast.slots_from(cast.now + timedelta(days=5)))
    for actor in (cast.proxy, cast.staff, SYSTEM):
        with pytest.raises(SlotTaken):
            book(cast, slot_ids=mine.slot_ids, holder=mine.pk, actor=actor)
    assert book(cast, slot_ids=mine.slot_ids, holder=mine.pk)


def test_a_lapsed_hold_is_bookable_at_its_end_by_anyone(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    until = hold_slots(slot_ids=[slot.pk], holder=uuid.uuid4(), length=HOLD, now=cast.now)
    book(cast, slot, now=until)
    assert slot_states(slot) == ["busy"]


def test_a_hold_given_back_frees_only_what_its_holder_holds(cast: Cast):
    mine, theirs, booked = cast.slots_from(cast.now, 3)
    holder = uuid.uuid4()
    hold_slots(slot_ids=[mine.pk], holder=holder, length=HOLD, now=cast.now)
    hold_slots(slot_ids=[theirs.pk], holder=uuid.uuid4(), length=HOLD, now=cast.now)
    book(cast, booked)
    assert release_hold(holder=holder) == 1
    assert release_hold(holder=holder) == 0
    assert slot_states(mine, theirs, booked) == ["free", "held", "busy"]


def test_a_slot_under_undo_is_kept_until_the_window_ends(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    with pytest.raises(SlotTaken):
        book(cast, slot)
    book(cast, slot, now=cast.now + timedelta(minutes=10))


def test_a_second_press_with_the_same_key_gives_the_same_booking(cast: Cast):
    slot, other = cast.slots_from(cast.now, 2)
    first = book(cast, slot, idempotency_key="k")
    assert book(cast, slot, idempotency_key="k").reference == first.reference
    with pytest.raises(KeyReused):
        book(cast, other, idempotency_key="k")
    assert Appointment.objects.count() == 1


def test_a_second_press_that_finds_its_own_slot_taken_gives_the_same_booking(cast: Cast, monkeypatch):
    slot = cast.slots_from(cast.now)[0]
    first = book(cast, slot)
    earlier = Earlier(None, {"reference": first.reference})
    # On the first look the other press had not committed yet.
    monkeypatch.setattr(Key, "earlier", Mock(side_effect=[None, earlier]))
    assert book(cast, slot, idempotency_key="k").reference == first.reference


def test_a_key_that_another_connection_used_first_is_reused(cast: Cast, monkeypatch):
    one, other = cast.book(days=3), cast.book(days=4)
    cancel(cast, one.reference, idempotency_key="k")
    monkeypatch.setattr(Key, "earlier", Mock(return_value=None))
    with pytest.raises(KeyReused):
        cancel(cast, other.reference, idempotency_key="k")
    assert live(other.reference).status == "booked"


def test_a_reference_that_is_taken_is_drawn_again(cast: Cast, monkeypatch):
    taken = cast.book().reference
    drawn = [taken, taken, "FS-0000-0000"]
    monkeypatch.setattr(module, "new_reference", Mock(side_effect=drawn))
    assert book(cast, cast.slots_from(cast.now)[0]).reference == "FS-0000-0000"


def test_it_gives_up_when_every_reference_is_taken(cast: Cast, monkeypatch):
    taken = cast.book().reference
    slot = cast.slots_from(cast.now)[0]
    monkeypatch.setattr(module, "new_reference", Mock(return_value=taken))
    with pytest.raises(SlotTaken):
        book(cast, slot)
    assert slot_states(slot) == ["free"]


def test_another_conflict_is_not_taken_for_a_used_reference(cast: Cast, monkeypatch):
    def refuse(self, **options: Any):
        raise IntegrityError

    monkeypatch.setattr(Appointment, "save", refuse)
    with pytest.raises(IntegrityError):
        book(cast, cast.slots_from(cast.now)[0])


def test_an_unknown_policy_stops_a_booking(cast: Cast):
    with pytest.raises(Policy.DoesNotExist):
        book(cast, cast.slots_from(cast.now)[0], booked_at=cast.now - timedelta(days=4000))


def test_publishing_never_takes_a_slot_from_under_a_booking(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    visit = live(book(cast, slot).reference)
    cast.schedule.weekly_hours.all().delete()
    publish_slots(schedule=cast.schedule, now=cast.now)
    assert list(cast.schedule.slots.filter(starts_at__gt=cast.now)) == [slot]
    cancel_appointment(
        ref=visit.reference, actor=cast.patient_actor, door=Door.LINK, reason="", note="", accepted_fee=0,
        idempotency_key="", now=cast.now,
    )  # fmt: skip
    assert slot_states(slot) == ["held"]


def test_a_link_holder_books_nothing_new_for_a_patient_of_theirs(cast: Cast):
    visit = cast.book()
    with pytest.raises(UnknownPatient):
        book(cast, cast.slots_from(cast.now)[0], actor=link_holder(visit.pk))


def test_the_events_that_leave_a_visit_booked_say_until_when_it_can_be_cancelled_free(cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    undo(cast, visit.reference)
    free_until = (visit.starts_at - timedelta(hours=24)).isoformat()
    told = Event.objects.filter(subject_id=visit.pk, kind__in=["appointment.booked", "appointment.undone"])
    assert [event.data["free_until"] for event in told] == [free_until, free_until]
