"""Taking a cancel back, and giving its slots back: to the second, and by whom."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from freeslot.scheduling.actors import SYSTEM, Door, link_holder
from freeslot.scheduling.errors import NotAllowed, UndoOver, UnknownAppointment
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.check_in import check_in, fulfil
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from tests.scheduling.acts import cancel, kinds, last_event, live, slot_states, undo
from tests.support.cast import Cast

TICK = timedelta(microseconds=1)
WINDOW = timedelta(minutes=10)


def release(cast: Cast, ref: str, **changes: Any):
    return release_slots(**({"ref": ref, "actor": cast.patient_actor, "door": Door.PORTAL, "now": cast.now} | changes))


def test_an_undo_brings_the_visit_back_as_it_was(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    late = visit.starts_at - timedelta(hours=3)
    cancel(cast, visit.reference, reason="ill", note="x", now=late, ask_review=True)
    undone = undo(cast, visit.reference, now=late + WINDOW - TICK)
    after = live(visit.reference)
    assert (undone.reference, undone.event) == (visit.reference, last_event(visit))
    assert slot_states(slot) == ["busy"]
    assert after.slots.get() == slot
    assert (after.status, after.version, after.sequence) == ("booked", 3, 2)
    same = ("starts_at", "ends_at", "booked_at", "policy_id", "price_minor", "ical_uid", "reference", "fee_minor",
            "fee_state", "reason", "note", "cancelled_at", "cancelled_by", "cancelled_by_id", "cancelled_door",
            "cancel_kind", "undo_until", "released_at")  # fmt: skip
    assert {name: getattr(after, name) for name in same} == {name: getattr(visit, name) for name in same}
    assert kinds(visit) == ["booked", "cancelled", "undone"]
    assert last_event(visit).data["status"] == "booked"


def test_the_windows_last_instant_is_the_first_that_is_over(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    with pytest.raises(UndoOver):
        undo(cast, visit.reference, now=cast.now + WINDOW)
    assert live(visit.reference).can_be_undone(cast.now + WINDOW - TICK)
    assert not live(visit.reference).can_be_undone(cast.now + WINDOW)


def test_an_undo_of_a_booked_visit_is_a_second_press(cast: Cast):
    visit = cast.book()
    assert undo(cast, visit.reference).event is None
    cancel(cast, visit.reference)
    undo(cast, visit.reference)
    assert undo(cast, visit.reference).event is None
    assert kinds(visit) == ["booked", "cancelled", "undone"]


def test_a_visit_can_be_cancelled_and_taken_back_again_and_again(cast: Cast):
    visit = cast.book()
    for _ in range(3):
        cancel(cast, visit.reference)
        undo(cast, visit.reference)
    assert kinds(visit) == ["booked", *["cancelled", "undone"] * 3]


def test_strangers_neither_undo_nor_release(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    for actor in (cast.stranger, link_holder(uuid.uuid4())):
        for act in (undo, release):
            with pytest.raises(UnknownAppointment):
                act(cast, visit.reference, actor=actor)


def test_what_the_practice_cancelled_is_not_the_patients_to_take_back_or_give_back(cast: Cast):
    for actor in (cast.staff, SYSTEM):
        visit = cast.book()
        cancel(cast, visit.reference, actor=actor)
        for patient in (cast.patient_actor, cast.proxy, link_holder(visit.pk)):
            with pytest.raises(UndoOver):
                undo(cast, visit.reference, actor=patient)
            with pytest.raises(NotAllowed):
                release(cast, visit.reference, actor=patient)
        undo(cast, visit.reference, actor=cast.staff)
        assert live(visit.reference).status == "booked"


def test_the_desk_takes_back_what_the_patient_cancelled(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    assert undo(cast, visit.reference, actor=cast.staff, door=Door.DESK).event.actor_kind == "practice"


def test_a_visit_that_is_over_cannot_be_undone_or_released(cast: Cast):
    visit = cast.book()
    for act in (check_in, fulfil):
        act(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=visit.starts_at)
    with pytest.raises(UndoOver):
        undo(cast, visit.reference)
    with pytest.raises(NotAllowed):
        release(cast, visit.reference)


def test_releasing_frees_the_slots_now_and_ends_the_undo(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    assert release(cast, visit.reference) is True
    assert release(cast, visit.reference) is False
    assert slot_states(slot) == ["free"]
    assert live(visit.reference).released_at == cast.now
    with pytest.raises(UndoOver):
        undo(cast, visit.reference)
    assert kinds(visit) == ["booked", "cancelled", "released"]


def test_a_live_visits_slots_are_not_released(cast: Cast):
    visit = cast.book()
    with pytest.raises(NotAllowed):
        release(cast, visit.reference)
    assert slot_states(visit.slots.get()) == ["busy"]


def test_the_sweep_announces_a_window_once_when_it_has_ended(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    assert release_lapsed(now=cast.now + WINDOW - TICK) == 0
    assert slot_states(slot) == ["held"]
    assert release_lapsed(now=cast.now + WINDOW) == 1
    assert release_lapsed(now=cast.now + WINDOW) == 0
    assert slot_states(slot) == ["free"]
    event = last_event(visit)
    assert (event.kind, event.actor_kind, event.door) == ("appointment.released", "system", "system")


def test_the_sweep_passes_by_what_was_undone_or_released_meanwhile(cast: Cast, monkeypatch):
    from freeslot.scheduling.operations import release as module

    undone, released, again = cast.book(days=3), cast.book(days=4), cast.book(days=5)
    for visit in (undone, released, again):
        cancel(cast, visit.reference)
    lock = module.lock_appointment

    def meanwhile(ref, **given: Any):
        """What another connection does between the sweep's list and its lock."""
        monkeypatch.setattr(module, "lock_appointment", lock)
        undo(cast, undone.reference)
        release(cast, released.reference)
        undo(cast, again.reference)
        cancel(cast, again.reference, now=cast.now + timedelta(minutes=5))
        return lock(ref, **given)

    monkeypatch.setattr(module, "lock_appointment", meanwhile)
    assert release_lapsed(now=cast.now + WINDOW) == 0
    assert [live(visit.reference).status for visit in (undone, released, again)] == ["booked", "cancelled", "cancelled"]
    assert release_lapsed(now=cast.now + WINDOW + timedelta(minutes=5)) == 1


def test_the_sweep_frees_no_slot_before_it_has_announced_it(cast: Cast, monkeypatch):
    monkeypatch.setattr("freeslot.scheduling.operations.release.BATCH", 1)
    slots = cast.slots_from(cast.now + timedelta(days=3), 2)
    for slot in slots:
        cancel(cast, cast.book(slots=[slot]).reference)
    assert release_lapsed(now=cast.now + WINDOW) == 1
    assert sorted(slot_states(*slots)) == ["free", "held"]
    assert release_lapsed(now=cast.now + WINDOW) == 1
    assert slot_states(*slots) == ["free", "free"]


def test_the_sweep_frees_lapsed_checkouts_too(cast: Cast):
    slots = cast.slots_from(cast.now, 2)
    hold_slots(slot_ids=[slots[0].pk], holder=uuid.uuid4(), length=WINDOW, now=cast.now)
    hold_slots(slot_ids=[slots[1].pk], holder=uuid.uuid4(), length=2 * WINDOW, now=cast.now)
    assert release_lapsed(now=cast.now + WINDOW) == 0
    assert slot_states(*slots) == ["free", "held"]


def test_a_lapsed_window_whose_slot_is_booked_again_stays_over_when_the_clock_is_set_back(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    holder = uuid.uuid4()
    hold_slots(slot_ids=[slot.pk], holder=holder, length=WINDOW, now=cast.now + WINDOW)
    with pytest.raises(UndoOver):
        undo(cast, visit.reference, now=cast.now)
    assert Slot.objects.get(pk=slot.pk).held_by == holder
    assert live(visit.reference).status == "cancelled"


def test_a_visit_of_which_one_slot_is_gone_is_not_brought_back_by_the_other(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = cast.slots_from(cast.now + timedelta(days=3), 2)
    visit = cast.book(slots=slots)
    cancel(cast, visit.reference)
    hold_slots(slot_ids=[slots[1].pk], holder=uuid.uuid4(), length=WINDOW, now=cast.now + WINDOW)
    with pytest.raises(UndoOver):
        undo(cast, visit.reference, now=cast.now)
    assert (live(visit.reference).status, slot_states(*slots)) == ("cancelled", ["held", "held"])
