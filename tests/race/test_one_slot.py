"""Many want the same slots at the same moment: one gets them, the others hear that they are taken, nobody fails."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import transaction

from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.publish import publish_slots
from tests.race.cast import WINDOW, RaceCast
from tests.race.running import in_processes, in_threads

pytestmark = pytest.mark.race


def test_four_hundred_tries_at_one_slot_give_one_visit(race: RaceCast):
    tries = [race.book(*race.morning())] * 400
    assert in_threads(tries, workers=16) == {"booked": 1, "SlotTaken": 399}
    assert Slot.objects.get(status=Slot.Status.BUSY).appointment == Appointment.objects.get()


@pytest.mark.long
def test_four_hundred_tries_from_four_processes_give_one_visit(race: RaceCast):
    tries = [race.book(*race.morning())] * 400
    assert in_processes(tries, processes=4, threads=4) == {"booked": 1, "SlotTaken": 399}
    assert Appointment.objects.count() == 1


def test_of_many_holds_of_one_slot_one_holds(race: RaceCast):
    assert in_threads([race.hold(*race.morning())] * 32, workers=16) == {"held": 1, "SlotTaken": 31}


def test_holds_and_bookings_of_two_slots_in_either_order_neither_deadlock_nor_share(race: RaceCast):
    one, other = race.morning(2)
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    tries = [race.book(one, other), race.book(other, one), race.hold(other, one), race.hold(one)] * 20
    found = in_threads(tries, workers=16)
    assert found - Counter(["SlotTaken"] * 80) in (Counter(["booked"]), Counter(["held"]))
    assert sum(found.values()) == 80


def test_a_lapsed_hold_is_taken_by_one_while_the_sweep_frees_it(race: RaceCast):
    slots = race.morning(2)
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    hold_slots(slot_ids=[slot.pk for slot in slots], holder=uuid.uuid4(), length=WINDOW, now=race.now)
    ended = race.now + WINDOW
    tries = [race.book(*slots, now=ended), race.sweep(ended)] * 16
    found = in_threads(tries, workers=16)
    assert found == {"booked": 1, "SlotTaken": 15, "swept 0": 16}


def test_a_double_press_on_booking_gives_both_the_same_visit(race: RaceCast):
    found = in_threads([race.book(*race.morning(), key="one")] * 16, workers=16)
    assert found == {Appointment.objects.get().reference: 16}


def test_one_key_for_two_slots_books_one_of_them(race: RaceCast):
    one, other = race.morning(2)
    found = in_threads([race.book(one, key="k"), race.book(other, key="k")] * 8, workers=16)
    assert found == {Appointment.objects.get().reference: 8, "KeyReused": 8}


@pytest.mark.long
def test_sixteen_fight_for_twelve_slots_again_and_again(race: RaceCast):
    slots = race.morning(12)
    tries = [race.book(slot) for _ in range(40) for slot in slots]
    assert in_threads(tries, workers=16) == {"booked": 12, "SlotTaken": 468}


def test_shrinking_hours_against_booking_takes_no_slot_from_under_a_visit(race: RaceCast):
    slots = race.morning(24)
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    race.cast.schedule.weekly_hours.all().delete()
    pairs = [slots[start : start + 2] for start in range(0, 24, 2)]
    found = in_threads([race.publish(), *(race.book(*pair) for pair in pairs), race.publish()], workers=14)
    assert not [each for each in found if each.startswith("failed")]
    assert Slot.objects.filter(status=Slot.Status.BUSY).count() == 2 * found["booked"]
    assert Slot.objects.filter(starts_at__gt=race.now, status=Slot.Status.FREE).count() == 0


@pytest.mark.postgresql
def test_a_booking_does_not_wait_for_a_publishing_under_way(race: RaceCast):
    """They could otherwise wait for each other: the one for the practitioner's row, the other for slots."""
    with transaction.atomic():
        publish_slots(schedule=race.cast.schedule, now=race.now, weeks=2)
        with ThreadPoolExecutor(1) as pool:
            booking = pool.submit(in_threads, [race.book(*race.morning())], workers=1)
            assert booking.result(timeout=20) == {"booked": 1}
