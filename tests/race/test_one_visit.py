"""Many press at the same moment on one visit: whatever the order, one outcome, one event each, nothing half done."""

from datetime import timedelta

import pytest

from freeslot.events.models import Event
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.cancel import CancelResult
from tests.race.cast import WINDOW, RaceCast, kinds, live
from tests.race.running import in_processes, in_threads
from tests.scheduling.acts import cancel

pytestmark = pytest.mark.race
LATE = timedelta(hours=3)


def assert_one_cancel(race: RaceCast, visit, found) -> None:
    assert found == {CancelResult.CANCELLED: 1, CancelResult.ALREADY: 49}
    assert kinds(visit) == ["booked", "cancelled"]
    event = Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")
    assert (event.data["fee_minor"], event.data["fee_state"]) == (2500, "decided")
    assert Receipt.objects.filter(event_id=event.pk).count() == 1
    assert Slot.objects.get(held_by=visit.pk).held_until == live(visit).undo_until


def test_fifty_cancels_give_one_event_one_receipt_one_charge(race: RaceCast):
    visit = race.cast.book()
    tries = [race.on("cancel", visit, visit.starts_at - LATE)] * 50
    assert_one_cancel(race, visit, in_threads(tries, workers=16))


@pytest.mark.long
def test_fifty_cancels_from_four_processes_give_one_event_one_receipt_one_charge(race: RaceCast):
    visit = race.cast.book()
    tries = [race.on("cancel", visit, visit.starts_at - LATE)] * 50
    assert_one_cancel(race, visit, in_processes(tries, processes=4, threads=4))


def test_presses_with_one_key_all_get_the_first_outcome(race: RaceCast):
    visit = race.cast.book()
    assert in_threads([race.on("cancel", visit, key="k")] * 16, workers=16) == {CancelResult.CANCELLED: 16}
    assert kinds(visit) == ["booked", "cancelled"]


def test_one_receipt_however_many_ask_for_it(race: RaceCast):
    visit = race.cast.book()
    outcome = cancel(race.cast, visit.reference)
    found = in_threads([race.on("prove", visit, event=str(outcome.event_id))] * 32, workers=16)
    assert list(found.values()) == [32]
    # The booking's receipt comes first in the chain of this visit.
    assert Receipt.objects.filter(event_id=outcome.event_id).count() == 1


def test_cancel_against_undo_ends_in_one_of_the_two(race: RaceCast):
    visit = race.cast.book()
    cancel(race.cast, visit.reference)
    found = in_threads([race.on("cancel", visit), race.on("undo", visit)] * 16, workers=16)
    assert not [each for each in found if each.startswith("failed")]
    history = kinds(visit)
    assert history[0] == "booked"
    # They alternate, so that no cancel is undone twice.
    assert history[1:] == [["cancelled", "undone"][turn % 2] for turn in range(len(history) - 1)]
    assert live(visit).status == ("cancelled" if history[-1] == "cancelled" else "booked")


def test_cancel_against_check_in_lets_one_of_them_through(race: RaceCast):
    for visit in [race.cast.book(days=2) for _ in range(4)]:
        tries = [race.on("cancel", visit), race.on("check_in", visit)] * 2
        found = in_threads(tries, workers=4)
        if live(visit).status == "cancelled":
            assert found == {CancelResult.CANCELLED: 1, CancelResult.ALREADY: 1, "NotAllowed": 2}
            assert kinds(visit) == ["booked", "cancelled"]
        else:
            assert found == {CancelResult.REFUSED: 2, "arrived": 1, "was arrived": 1}
            assert kinds(visit) == ["booked", "arrived"]


def test_release_against_undo_lets_one_of_them_through(race: RaceCast):
    for visit in [race.cast.book(days=2) for _ in range(4)]:
        cancel(race.cast, visit.reference)
        found = in_threads([race.on("release", visit), race.on("undo", visit)] * 2, workers=4)
        if live(visit).status == "booked":
            assert found == {"undone": 1, "was booked": 1, "NotAllowed": 2}
        else:
            assert found == {"released": 1, "was released": 1, "UndoOver": 2}


def test_the_sweep_against_undo_at_the_windows_end_lets_one_of_them_through(race: RaceCast):
    """The two connections' clocks are a moment apart: one still inside the window, one past it."""
    for visit in [race.cast.book(days=2) for _ in range(4)]:
        cancel(race.cast, visit.reference)
        ended = race.now + WINDOW
        tries = [race.sweep(ended), race.on("undo", visit, ended - timedelta(microseconds=1))] * 2
        found = in_threads(tries, workers=4)
        if live(visit).status == "booked":
            assert found == {"undone": 1, "was booked": 1, "swept 0": 2}
        else:
            assert found == {"swept 1": 1, "swept 0": 1, "UndoOver": 2}


def test_booking_a_lapsed_window_against_undo_and_sweep_lets_one_of_them_through(race: RaceCast):
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    for day in (2, 3, 4):
        first = race.cast.slots_from(race.now + timedelta(days=day, hours=16), 2)
        visit = race.cast.book(slots=first)
        cancel(race.cast, visit.reference)
        ended = race.now + WINDOW
        undo = race.on("undo", visit, ended - timedelta(microseconds=1))
        found = in_threads([race.book(*first, now=ended), undo, race.sweep(ended)] * 4, workers=12)
        assert not [each for each in found if each.startswith("failed")]
        assert found["booked"] + found["undone"] == 1
        assert (
            len(set(Slot.objects.filter(pk__in=[slot.pk for slot in first]).values_list("appointment", flat=True))) == 1
        )


@pytest.mark.long
def test_everything_at_once_from_four_processes_leaves_everything_whole(race: RaceCast):
    visits = [race.cast.book(days=2) for _ in range(6)]
    slots = [visit.slots.get() for visit in visits]
    ended = race.now + WINDOW
    tries = []
    for _ in range(10):
        for visit, slot in zip(visits, slots, strict=True):
            tries += [race.on("cancel", visit), race.on("undo", visit), race.on("release", visit), race.book(slot)]
            tries += [race.hold(slot), race.sweep(ended), race.on("check_in", visit)]
    found = in_processes(tries, processes=4, threads=4)
    assert not [each for each in found if each.startswith("failed")]
    assert sum(found.values()) == len(tries)
