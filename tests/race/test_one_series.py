"""Presses for one series at once, and two series that want each other's times: one after the other, none half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction

from freeslot.commands.doctor import breaches
from freeslot.scheduling.models import Appointment, Slot
from tests.race.cast import RaceCast
from tests.race.running import in_processes, in_threads_of, until_somebody_waits
from tests.scheduling.test_series import cancel_all, clock_times, move_all, series_of, slot_at, states
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.long


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast(weeks=6)


def at_once(*works: Callable[[], Any]) -> list[str]:
    """What came of each; all begin together."""
    waiting = list(works)

    def run() -> list[str]:
        return ["done" if waiting.pop()().is_done else "stood"]

    return sorted(in_threads_of(run, workers=len(works)))


def test_a_cancel_and_a_move_of_the_same_series_leave_it_whole(cast: Cast) -> None:
    visits = series_of(cast)
    to = slot_at(cast, 8, 15, 20).starts_at
    found = at_once(lambda: cancel_all(cast, visits), lambda: move_all(cast, visits, to))
    assert "done" in found
    assert states(visits) == ["cancelled"] * 4
    assert len({each[6:] for each in clock_times(visits)}) == 1
    assert list(breaches(now=cast.now)) == []


def test_the_same_press_twice_at_once_is_one(cast: Cast) -> None:
    visits = series_of(cast)
    assert at_once(*[lambda: cancel_all(cast, visits)] * 3) == ["done"] * 3
    assert [visit.version for visit in Appointment.objects.filter(pk__in=[v.pk for v in visits])] == [2] * 4


def test_two_series_into_the_same_times_one_moves_and_the_other_stays(cast: Cast) -> None:
    one, other = series_of(cast), series_of(cast, first=8)
    to = slot_at(cast, 9, 10).starts_at
    found = at_once(lambda: move_all(cast, one, to), lambda: move_all(cast, other, to))
    assert found == ["done", "stood"]
    moved = [clock_times(each)[0] for each in (one, other)]
    assert moved.count("03-12 10:00") == 1
    assert list(breaches(now=cast.now)) == []


def test_presses_for_two_series_that_reach_several_processes_move_one_of_them_once(cast: Cast) -> None:
    race, one, other = RaceCast(cast), series_of(cast), series_of(cast, first=8)
    to = slot_at(cast, 9, 10).starts_at
    presses = [race.move_series(each[0], to) for each in (one, other)]
    assert in_processes(presses * 8, processes=4, threads=4) == {"moved": 8, "stood": 8}
    assert sorted(Appointment.objects.values_list("moves", flat=True)) == [0] * 4 + [1] * 4
    assert list(breaches(now=cast.now)) == []


@pytest.mark.postgresql
def test_a_series_has_its_own_slots_before_it_takes_others(cast: Cast) -> None:
    """Two series that want a time of each other and a free one beside: each would have what the other has to leave."""
    visits = series_of(cast)
    to = slot_at(cast, 7, 15, 20)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(visits[0].slots.select_for_update())
            press = pool.submit(at_once, lambda: move_all(cast, visits, to.starts_at))
            until_somebody_waits()
            Slot.objects.select_for_update(nowait=True).get(pk=to.pk)
        assert press.result() == ["done"]


@pytest.mark.postgresql
def test_a_cancel_takes_its_slots_in_the_order_in_which_a_move_wants_them(cast: Cast) -> None:
    """However it is pressed: a move into its days would have the first slot and wait for the last, and it for the
    first."""
    visits = series_of(cast)
    first, last = visits[0].slots.get(), visits[-1].slots.get()
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Slot.objects.select_for_update().get(pk=first.pk)
            press = pool.submit(at_once, lambda: cancel_all(cast, visits[::-1]))
            until_somebody_waits()
            Slot.objects.select_for_update(nowait=True).get(pk=last.pk)
        assert press.result() == ["done"]
