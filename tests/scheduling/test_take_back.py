"""Taking a cancel back after its undo window: only while the time is still free, and never somebody else's."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import SYSTEM, Door, link_holder
from freeslot.scheduling.errors import SlotTaken, UndoOver, UnknownAppointment
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.take_back import can_take_back, take_back_visit
from tests.scheduling.acts import cancel, kinds, live, slot_states
from tests.support.cast import Cast, make_cast

WINDOW = timedelta(minutes=10)
LATER = timedelta(hours=5)


def take_back(cast: Cast, ref: str, **changes: Any):
    given: dict[str, Any] = {"ref": ref, "actor": cast.patient_actor, "door": Door.LINK, "now": cast.now + LATER}
    return take_back_visit(**(given | changes))


def can(cast: Cast, ref: str, *, actor: Any = None, now: Any = None) -> bool:
    return can_take_back(live(ref), actor or cast.patient_actor, now or cast.now + LATER)


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_visit_comes_back_after_the_window_while_its_time_is_free(cast: Cast, is_announced: bool):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    if is_announced:
        release_lapsed(now=cast.now + WINDOW)
    assert can(cast, visit.reference)
    taken = take_back(cast, visit.reference)
    assert taken.event is not None
    assert live(visit.reference).slots.get() == slot
    assert (live(visit.reference).status, live(visit.reference).reference) == ("booked", visit.reference)
    assert kinds(visit)[-1] == "undone"
    assert release_lapsed(now=cast.now + LATER) == 0
    assert slot_states(slot) == ["busy"]


def test_a_late_cancels_fee_goes_with_it_and_comes_again_with_the_next_one(cast: Cast):
    visit = cast.book()
    late = visit.starts_at - timedelta(hours=10)
    assert cancel(cast, visit.reference, now=late).verdict.fee.minor == 2500
    take_back(cast, visit.reference, now=late + LATER)
    assert live(visit.reference).fee_minor == 0
    assert cancel(cast, visit.reference, now=late + LATER).verdict.fee.minor == 2500


def test_inside_the_window_it_is_the_undo(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    assert not can(cast, visit.reference, now=cast.now + WINDOW / 2), "the page offers Undo then"
    take_back(cast, visit.reference, now=cast.now + WINDOW / 2)
    assert kinds(visit) == ["booked", "cancelled", "undone"]


def test_what_was_freed_for_others_can_be_had_back_until_somebody_takes_it(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    release_slots(ref=visit.reference, actor=cast.patient_actor, door=Door.LINK, now=cast.now)
    assert can(cast, visit.reference)
    hold_slots(slot_ids=[slot.pk], holder=uuid.uuid4(), length=timedelta(hours=9), now=cast.now)
    assert not can(cast, visit.reference)
    with pytest.raises(SlotTaken):
        take_back(cast, visit.reference)
    assert live(visit.reference).status == "cancelled"
    assert can(cast, visit.reference, now=cast.now + timedelta(hours=9)), "that hold has lapsed"


def test_a_time_that_was_closed_or_is_gone_is_not_had_back(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + WINDOW)
    Slot.objects.filter(pk=slot.pk).update(status=Slot.Status.BLOCKED)
    assert not can(cast, visit.reference)
    with pytest.raises(SlotTaken):
        take_back(cast, visit.reference)
    Slot.objects.filter(pk=slot.pk).delete()
    assert not can(cast, visit.reference)
    with pytest.raises(SlotTaken):
        take_back(cast, visit.reference)


def test_a_visit_of_several_slots_comes_back_whole_or_not_at_all(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = cast.slots_from(cast.now + timedelta(days=7), 2)
    visit = cast.book(slots=slots)
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + WINDOW)
    holder = uuid.uuid4()
    hold_slots(slot_ids=[slots[1].pk], holder=holder, length=timedelta(hours=9), now=cast.now)
    with pytest.raises(SlotTaken):
        take_back(cast, visit.reference)
    assert slot_states(*slots) == ["free", "held"]
    take_back(cast, visit.reference, now=cast.now + timedelta(hours=9))
    assert slot_states(*slots) == ["busy", "busy"]


@pytest.mark.parametrize(("now", "then"), [((20, 0), (20, 10)), ((20, 10), (20, 0)), ((40, 0), (20, 0))])
def test_it_comes_back_with_the_slots_it_had_whatever_its_type_takes_by_now(cast: Cast, now: Any, then: Any):
    slots = cast.slots_from(cast.now + timedelta(days=6, hours=17), 3)
    cast.visit_type.length, cast.visit_type.buffer = (timedelta(minutes=each) for each in then)
    cast.visit_type.save()
    visit = cast.book(slots=slots[: 1 if sum(then) == 20 else 2])
    had = list(visit.slots.order_by("pk"))
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + WINDOW)
    type(visit.visit_type).objects.update(length=timedelta(minutes=now[0]), buffer=timedelta(minutes=now[1]))
    assert can(cast, visit.reference)
    take_back(cast, visit.reference)
    assert list(live(visit.reference).slots.order_by("pk")) == had


def test_a_time_that_was_cut_into_other_pieces_is_not_had_back(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = cast.slots_from(cast.now + timedelta(days=6, hours=17), 2)
    visit = cast.book(slots=slots)
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + WINDOW)
    for change in (
        {"starts_at": slots[1].starts_at + timedelta(minutes=1)},
        {"starts_at": slots[1].starts_at, "ends_at": slots[1].ends_at - timedelta(minutes=1)},
    ):
        Slot.objects.filter(pk=slots[1].pk).update(**change)
        assert not can(cast, visit.reference)
        with pytest.raises(SlotTaken):
            take_back(cast, visit.reference)


@pytest.mark.parametrize(("before", "comes_back"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_it_ends_as_long_before_the_start_as_the_rules_end_an_undo(db, before: timedelta, comes_back: bool):
    cast = make_cast(rules={"undo_ends_before_minutes": 60})
    visit = cast.book()
    cancel(cast, visit.reference)
    moment = visit.starts_at - timedelta(minutes=60) - before
    assert can(cast, visit.reference, now=moment) is comes_back
    if comes_back:
        take_back(cast, visit.reference, now=moment)
    else:
        with pytest.raises(UndoOver):
            take_back(cast, visit.reference, now=moment)


def test_what_the_practice_cancelled_and_what_is_over_is_nobodys_to_take_back(cast: Cast):
    by_practice, arrived = cast.book(days=7), cast.book(days=8)
    cancel(cast, by_practice.reference, actor=SYSTEM)
    assert not can(cast, by_practice.reference)
    with pytest.raises(UndoOver):
        take_back(cast, by_practice.reference)
    assert can(cast, by_practice.reference, actor=cast.staff)
    check_in(ref=arrived.reference, actor=cast.staff, door=Door.DESK, now=arrived.starts_at)
    assert not can(cast, arrived.reference)
    assert take_back(cast, arrived.reference).event is None


def test_a_second_press_and_a_strangers_press_change_nothing(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    for stranger in (cast.stranger, link_holder(uuid.uuid4())):
        with pytest.raises(UnknownAppointment):
            take_back(cast, visit.reference, actor=stranger)
    take_back(cast, visit.reference, actor=link_holder(visit.pk))
    assert take_back(cast, visit.reference).event is None
    assert kinds(visit).count("undone") == 1
    assert Receipt.objects.filter(appointment_id=visit.pk).count() == 0, "receipts are the pages' and the worker's"
