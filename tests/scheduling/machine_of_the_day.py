"""The desk of the machine through the day: the clock, the hours that open, and who comes."""

import uuid
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import NotAllowed, SlotTaken, UnknownAppointment
from freeslot.scheduling.models import WeeklyHours
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.operations.hold import hold_slots, release_hold
from freeslot.scheduling.operations.publish import publish_slots
from tests.scheduling.machine import HOLDERS, Desk, people, picks


class DayDesk(Desk):
    """Time goes on, and what does not come from patients."""

    @rule(step=st.sampled_from([timedelta(seconds=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)]))
    def time_passes(self, step: timedelta) -> None:
        self._set_clock(self.now + step)

    @rule(
        pick=picks,
        off=st.sampled_from([-1, 0, 1, 1_000_000]),
        kind=st.sampled_from(["start", "undo", "undo", "undo", "free", "tell"]),
    )
    @precondition(lambda self: self.visits)
    def comes_an_edge(self, pick: int, off: int, kind: str) -> None:
        visit = self._visit(pick)
        edge = {
            "start": visit.starts_at,
            "undo": visit.undo_until or visit.starts_at,
            "free": visit.starts_at - timedelta(days=1),
            "tell": visit.starts_at - timedelta(hours=2),
        }[kind]
        moment = edge + timedelta(microseconds=off)
        if moment > self.now:
            self._set_clock(moment)

    @rule(step=st.sampled_from([timedelta(seconds=1), timedelta(minutes=5), timedelta(hours=1)]))
    def the_clock_is_set_back(self, step: timedelta) -> None:
        self.was_set_back = True
        self.now -= step

    @rule(ends=st.sampled_from([time(9, 40), time(10), time(11)]))
    def publish(self, ends: time) -> None:
        WeeklyHours.objects.filter(schedule=self.cast.schedule).update(ends=ends)
        publish_slots(schedule=self.cast.schedule, now=self.now, weeks=1)
        self._read_slots()

    @rule(holder=st.sampled_from(HOLDERS), pick=st.integers(0, 20), count=st.integers(1, 3))
    def hold(self, holder: uuid.UUID, pick: int, count: int) -> None:
        pks = self._slots_from(pick, count)
        is_free = all(self.slots[pk].is_takeable(self.now, holder) for pk in pks)
        until = self._try(
            None if is_free else SlotTaken,
            lambda: hold_slots(slot_ids=pks, holder=holder, length=timedelta(minutes=15), now=self.now),
        )
        if until is not None:
            for pk in pks:
                self.slots[pk].become("held", holder=holder, until=until)

    @rule(holder=st.sampled_from(HOLDERS))
    def give_back(self, holder: uuid.UUID) -> None:
        held = [slot for slot in self.slots.values() if slot.state == "held" and slot.holder == holder]
        assert release_hold(holder=holder) == len(held)
        for slot in held:
            slot.become("free")

    @rule(who=people, pick=picks, act=st.sampled_from([check_in, fulfil, mark_no_show]))
    @precondition(lambda self: self.visits)
    def note(self, who: str, pick: int, act: Callable[..., uuid.UUID | None]) -> None:
        visit = self._visit(pick)
        who = self._person(who, visit)
        source, target = {
            check_in: ("booked", "arrived"),
            fulfil: ("arrived", "fulfilled"),
            mark_no_show: ("booked", "noshow"),
        }[act]
        expected: Any = None
        if who not in visit.seen_by | {"link"}:
            expected = UnknownAppointment
        elif visit.status != target:
            is_early = act is mark_no_show and self.now < visit.starts_at
            expected = NotAllowed if who != "staff" or visit.status != source or is_early else None
        noted = self._try(
            expected, lambda: act(ref=visit.reference, actor=self._actor(who, visit), door=Door.DESK, now=self.now)
        )
        if noted is not None:
            visit.status, visit.version = target, visit.version + 1
