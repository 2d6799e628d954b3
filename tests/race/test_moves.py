"""Moves, closings and bookings in the making that meet: no slot is lost or given twice, nobody waits for ever."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from freeslot.practices.models import Policy
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.checkout import end_checkout
from freeslot.scheduling.operations.release import release_lapsed
from tests.race.cast import RaceCast, Try, kinds, live
from tests.race.running import in_processes, in_threads, until_somebody_waits
from tests.scheduling.acts import begin

pytestmark = pytest.mark.race
Run = Callable[[list[Try]], Counter[str]]
TEN = timedelta(minutes=10)


def by_threads(tries: list[Try]) -> Counter[str]:
    return in_threads(tries, workers=8)


def by_processes(tries: list[Try]) -> Counter[str]:
    return in_processes(tries, processes=4, threads=4)


runs = pytest.mark.parametrize("run", [by_threads, pytest.param(by_processes, marks=pytest.mark.long)])


def taken() -> list[int]:
    return sorted(Slot.objects.filter(status=Slot.Status.BUSY).values_list("pk", flat=True))


def no_failures(found: Counter[str]) -> bool:
    return not [each for each in found if each.startswith("failed")]


@runs
def test_bookings_in_the_making_of_one_time_leave_it_to_one(race: RaceCast, run: Run):
    tries = [race.begin(*race.morning(), source=str(number)) for number in range(16)] + [race.book(*race.morning())] * 8
    found = run(tries)
    assert found in ({"begun": 1, "SlotTaken": 23}, {"booked": 1, "SlotTaken": 23})
    assert Checkout.objects.count() + Appointment.objects.count() == 1


@runs
def test_one_source_never_keeps_more_than_its_cap(race: RaceCast, run: Run):
    found = run([race.begin(slot) for slot in race.morning(24)])
    assert found == {"begun": 2, "TooManyHolds": 22}
    assert Slot.objects.filter(status=Slot.Status.HELD).count() == 2


@runs
def test_a_day_is_filled_to_its_limit_and_not_over_it(race: RaceCast, run: Run):
    Policy.objects.update(rules={"booking": {"most_per_day": 3}})
    found = run([race.book(slot) for slot in race.morning(24)])
    assert found == {"booked": 3, "SlotsUnsuitable": 21}


@runs
def test_a_double_press_on_the_last_visit_of_a_day_gives_both_the_same(race: RaceCast, run: Run):
    """The second finds the day full by the first."""
    Policy.objects.update(rules={"booking": {"most_per_day": 1}})
    found = run([race.book(*race.morning(), key="k")] * 12)
    assert found == {Appointment.objects.get().reference: 12}


@runs
def test_two_who_want_each_others_time_both_keep_their_own(race: RaceCast, run: Run):
    one, other = race.morning(2)
    visits = [race.cast.book(slots=[one]), race.cast.book(slots=[other])]
    found = run([race.move(visits[0], other), race.move(visits[1], one)] * 8)
    assert found == {"SlotTaken": 16}
    assert [live(visit).slots.get() for visit in visits] == [one, other]


@runs
def test_moves_round_about_into_each_others_slots_lose_none(race: RaceCast, run: Run):
    """Three visits of two slots each on seven: every move overlaps somebody, at times itself."""
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    slots = race.morning(7)
    visits = [race.cast.book(slots=slots[at : at + 2]) for at in (0, 2, 4)]
    tries = [race.move(visit, *slots[at : at + 2]) for at in (5, 1, 3, 0, 4, 2) for visit in visits for _ in range(2)]
    found = run(tries)
    assert no_failures(found)
    assert sum(found.values()) == len(tries)
    assert len(taken()) == 6
    assert sum(kinds(visit).count("moved") for visit in visits) == found["moved"]


@runs
def test_many_visits_moved_into_one_slot_give_it_to_one(race: RaceCast, run: Run):
    visits = [race.cast.book(slots=[slot]) for slot in race.morning(8)[:7]]
    target = race.morning(8)[7]
    found = run([race.move(visit, target) for visit in visits] * 2)
    winner = target.__class__.objects.get(pk=target.pk).appointment
    assert found == {"moved": 1, "same": 1, "SlotTaken": 12}
    assert winner in visits
    assert len(taken()) == 7


@runs
def test_a_double_press_on_a_move_moves_once(race: RaceCast, run: Run):
    visit = race.cast.book()
    assert run([race.move(visit, *race.morning(), key="k")] * 16) == {"moved": 16}
    assert kinds(visit) == ["booked", "moved"]


@runs
def test_a_move_against_a_cancel_leaves_one_of_both_times_to_the_visit(race: RaceCast, run: Run):
    for _ in range(2):
        visit = race.cast.book(days=3)
        new = race.morning()[0]
        found = run([race.move(visit, new), race.on("cancel", visit)] * 4)
        assert no_failures(found)
        assert live(visit).status == "cancelled"
        assert kinds(visit) in (["booked", "cancelled"], ["booked", "moved", "cancelled"])
        assert Slot.objects.get(held_by=visit.pk).starts_at == live(visit).starts_at
        release_lapsed(now=race.now + TEN)


@runs
def test_a_move_against_a_closing_gets_its_slot_or_keeps_its_own(race: RaceCast, run: Run):
    slots = race.morning(8)
    visits = [race.cast.book(days=3) for _ in range(6)]
    olds = {visit.pk: visit.slots.get() for visit in visits}
    moves = [race.move(visit, slot) for visit, slot in zip(visits, slots[:6], strict=True)]
    bookings = [race.begin(slot, source=str(slot.pk)) for slot in slots[6:]]
    found = run([*moves[:3], race.close(slots[0].starts_at.date()), *bookings, *moves[3:], race.publish()])
    assert no_failures(found)
    assert sum(kinds(visit).count("moved") for visit in visits) == found["moved"]
    for visit, slot in zip(visits, slots[:6], strict=True):
        assert live(visit).slots.get() == (slot if "moved" in kinds(visit) else olds[visit.pk])
    day = slots[0].starts_at.date()
    of_day = [each for each in Slot.objects.all() if each.starts_at.date() == day and each.starts_at > race.now]
    assert {each.status for each in of_day if each.starts_at >= slots[0].starts_at} <= {Slot.Status.BUSY}


@runs
def test_finished_many_times_at_once_it_books_once(race: RaceCast, run: Run):
    checkout = begin(race.cast, *race.morning())
    assert run([race.on_checkout("finish", checkout)] * 12) == {Appointment.objects.get().reference: 12}


@runs
def test_renewing_finishing_and_leaving_at_once_do_not_lock_each_other_out(race: RaceCast, run: Run):
    race.cast.visit_type.length = timedelta(minutes=40)
    race.cast.visit_type.save()
    checkout = begin(race.cast, *race.morning(2))
    found = run([race.on_checkout(act, checkout) for act in ("renew", "end", "finish", "renew")] * 4)
    assert no_failures(found)
    checkout.refresh_from_db()
    booked = Appointment.objects.first()
    assert checkout.appointment == booked
    assert Slot.objects.filter(status=Slot.Status.HELD).count() == 0
    assert len(taken()) == (2 if booked else 0)


@pytest.mark.postgresql
def test_a_move_waits_for_whoever_leaves_its_kept_time_before_it_takes_the_slots(race: RaceCast):
    """Two tabs of one patient: had the move the slots already, each would wait for the other."""
    own, other = race.morning(2)
    visit = race.cast.book(slots=[own])
    checkout = begin(race.cast, other, moving=visit)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Checkout.objects.select_for_update(of=("self",)).get(pk=checkout.pk)
            press = pool.submit(in_threads, [race.move(visit, other, holder=str(checkout.pk))], workers=1)
            until_somebody_waits()
            end_checkout(checkout_id=checkout.pk, now=race.now)
        assert press.result() == {"moved": 1}
    assert taken() == [other.pk]


@runs
def test_renewing_against_lapsing_and_another_who_wants_the_time(race: RaceCast, run: Run):
    """Their clocks are a moment apart."""
    (slot,) = race.morning()
    checkout = begin(race.cast, slot)
    until = checkout.until
    others = [race.book(slot, now=until)] * 3
    before = until - timedelta(microseconds=1)
    found = run([race.on_checkout("renew", checkout, before), race.lapse(until), race.sweep(until), *others] * 2)
    assert no_failures(found)
    assert found["renewed"] <= 2
    slot.refresh_from_db()
    kept = slot.status == Slot.Status.HELD and slot.held_by == checkout.pk
    assert found["booked"] + kept == 1
    assert slot.status in {Slot.Status.BUSY, Slot.Status.HELD}


@pytest.mark.postgresql
def test_a_move_back_and_forth_with_bookings_beside_it_meets_no_deadlock(race: RaceCast):
    one, other, third = race.morning(3)
    visit = race.cast.book(slots=[one])
    tries = [race.move(visit, other), race.move(visit, one), race.book(third), race.move(visit, third)] * 8
    found = in_threads(tries, workers=8)
    assert no_failures(found)
    assert connection.vendor == "postgresql"
    assert len(taken()) == 1 + found["booked"]
