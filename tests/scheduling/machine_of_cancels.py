"""The desk of the machine, where visits are also cancelled, taken back and given up."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import KeyReused, NotAllowed, UndoOver, UnknownAppointment
from freeslot.scheduling.operations.cancel import CancelOutcome, cancel_appointment
from freeslot.scheduling.operations.checkout import FORGOTTEN_AFTER, end_lapsed_checkouts
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.take_back import take_back_visit
from freeslot.scheduling.operations.undo import undo_cancel
from tests.scheduling.machine import OWNER, PLENTY, gaps, people, picks, pressing
from tests.scheduling.machine_of_the_day import DayDesk
from tests.scheduling.model import OPEN_STATUSES, ModelVisit, fee_for, tells, undo_window, why_no_undo


class CancellingDesk(DayDesk):
    """What patients and the practice do with a visit that is not to be."""

    @rule(
        who=people,
        pick=picks,
        accepts=st.sampled_from([0, 1000, *[PLENTY] * 4]),
        key=st.sampled_from(["", "", "a", "b"]),
    )
    @precondition(lambda self: self.visits)
    def cancel(self, who: str, pick: int, accepts: int, key: str) -> None:
        visit = self._visit(pick)
        who = self._person(who, visit)
        actor = self._actor(who, visit)
        expected, result = self._expected_cancel(visit, who, key, accepts)
        outcome: CancelOutcome | None = self._try(
            expected,
            lambda: cancel_appointment(
                ref=visit.reference, actor=actor, door=Door.PORTAL, reason="", note="", accepted_fee=accepts,
                idempotency_key=key, now=self.now,
            ),
        )  # fmt: skip
        if outcome is None:
            return
        assert outcome.result == result
        is_repeat = bool(key) and (self._key_owner(who, visit), key) in self.keys
        if key and not is_repeat and result in {"cancelled", "already", "told"}:
            self.keys[self._key_owner(who, visit), key] = (visit.reference, result)
        if not is_repeat and result == "cancelled":
            self._mark_cancelled(visit, who)
        if not is_repeat and result == "told" and not visit.is_told:
            visit.is_told = True
            visit.version += 1

    def _expected_cancel(self, visit: ModelVisit, who: str, key: str, accepts: int) -> tuple[Any, str]:
        if who not in visit.seen_by | {"link"}:
            return UnknownAppointment, ""
        if key and (earlier := self.keys.get((self._key_owner(who, visit), key))):
            return (None, earlier[1]) if earlier[0] == visit.reference else (KeyReused, "")
        if visit.status == "cancelled":
            return None, "already"
        if visit.status == "arrived" and who != "staff":
            return None, "refused"
        if visit.status not in OPEN_STATUSES:
            return None, "refused"
        if who in {"staff", "system"}:
            return None, "cancelled"
        if self.now >= visit.starts_at:
            return None, "refused"
        if tells(self.rules, visit, self.now):
            return None, "told"
        return None, "fee_rose" if fee_for(self.rules, visit, self.now) > accepts else "cancelled"

    def _mark_cancelled(self, visit: ModelVisit, who: str) -> None:
        visit.by_practice = who in {"staff", "system"}
        visit.fee = 0 if visit.by_practice else fee_for(self.rules, visit, self.now)
        if not visit.by_practice:
            self._note_press(visit)
        visit.status, visit.version = "cancelled", visit.version + 1
        visit.undo_until = undo_window(self.rules, visit, self.now)
        visit.is_released = visit.undo_until is None
        for pk in visit.slots:
            if visit.is_released:
                self.slots[pk].become("free")
            else:
                self.slots[pk].become("held", holder=visit.reference, until=visit.undo_until)

    @rule(who=people, pick=picks, late=st.booleans())
    @precondition(lambda self: self.visits)
    def undo(self, who: str, pick: int, late: bool = False) -> None:
        """Within its window; `late` takes it back after it, too, while the time is free."""
        visit = self._visit(pick)
        who = self._person(who, visit)
        expected: Any = None
        if who not in visit.seen_by | {"link"}:
            expected = UnknownAppointment
        elif visit.status not in OPEN_STATUSES:
            is_theirs = who in {"staff", "system"} or not visit.by_practice
            # A freed piece of time may have been taken from the schedule and published anew since.
            ends = visit.starts_at + len(visit.slots) * timedelta(minutes=20)
            pieces = [pk for pk, slot in self.slots.items() if visit.starts_at <= slot.starts_at < ends]
            slots = [self.slots[pk] for pk in pieces]
            expected = why_no_undo(self.rules, visit, slots, self.now, late=late) if is_theirs else UndoOver
        act = take_back_visit if late else undo_cancel
        undone = self._try(
            expected, lambda: act(ref=visit.reference, actor=self._actor(who, visit), door=Door.APP, now=self.now)
        )
        if undone is None or visit.status in OPEN_STATUSES:
            assert undone is None or undone.event is None
            return
        visit.status, visit.fee, visit.undo_until, visit.is_released = "booked", 0, None, False
        visit.by_practice = False
        visit.version += 1
        visit.slots = pieces
        for pk in visit.slots:
            self.slots[pk].become("busy", visit=visit.reference)

    @rule(who=people, pick=picks)
    @precondition(lambda self: self.visits)
    def release(self, who: str, pick: int) -> None:
        visit = self._visit(pick)
        who = self._person(who, visit)
        expected: Any = None
        if who not in visit.seen_by | {"link"}:
            expected = UnknownAppointment
        elif visit.status != "cancelled" or (visit.by_practice and who not in {"staff", "system"}):
            expected = NotAllowed
        released = self._try(
            expected,
            lambda: release_slots(ref=visit.reference, actor=self._actor(who, visit), door=Door.APP, now=self.now),
        )
        if released is not None:
            assert released == (not visit.is_released)
            if released:
                self._mark_released(visit)

    def _mark_released(self, visit: ModelVisit) -> None:
        visit.is_released = True
        visit.version += 1
        for slot in self.slots.values():
            if slot.state == "held" and slot.holder == visit.reference:
                slot.become("free")

    @rule()
    def sweep(self) -> None:
        ended = [
            visit
            for visit in self.visits
            if visit.status == "cancelled" and not visit.is_released and visit.undo_until <= self.now
        ]
        assert release_lapsed(now=self.now) == len(ended)
        for visit in ended:
            self._mark_released(visit)
        waiting = {visit.reference for visit in self.visits if visit.status == "cancelled" and not visit.is_released}
        for slot in self.slots.values():
            if slot.state == "held" and slot.until <= self.now and slot.holder not in waiting:
                slot.become("free")
        lapsed = [each for each in self.checkouts if each.ended_at is None and each.until <= self.now]
        assert end_lapsed_checkouts(now=self.now) == len(lapsed)
        for each in lapsed:
            each.ended_at = each.until
        long_ago = self.now - FORGOTTEN_AFTER
        self.checkouts = [each for each in self.checkouts if each.ended_at is None or each.ended_at > long_ago]

    # What people really do, one act upon the other.

    @rule(who=pressing, then=pressing, pick=picks, gap=gaps)
    @precondition(lambda self: self.visits)
    def cancel_and_think_again(self, who: str, then: str, pick: int, gap: timedelta) -> None:
        self.cancel(who, pick, PLENTY, "")
        self._set_clock(self.now + gap)
        self.undo(then, pick)

    @rule(pick=picks, deadline=picks, off=st.sampled_from([0, 999_999, 1_000_000]))
    @precondition(lambda self: self.visits and self.rules.steps)
    def cancel_at_a_deadline(self, pick: int, deadline: int, off: int) -> None:
        left, _fee = self.rules.steps[deadline % len(self.rules.steps)]
        moment = self._visit(pick).starts_at - timedelta(minutes=left) + timedelta(microseconds=off)
        if moment >= self.now:
            self._set_clock(moment)
            self.cancel(OWNER, pick, PLENTY, "")

    @rule(who=people, pick=picks, gap=gaps, key=st.sampled_from(["a", "b"]))
    @precondition(lambda self: self.visits)
    def press_again_after_an_undo(self, who: str, pick: int, gap: timedelta, key: str) -> None:
        self.cancel(who, pick, PLENTY, key)
        self.undo(who, pick)
        self._set_clock(self.now + gap)
        self.cancel(who, pick, PLENTY, key)

    @rule(who=people, patient=st.integers(0, 1), pick=picks, gap=gaps, sweeps=st.booleans())
    @precondition(lambda self: self.visits)
    def cancel_and_another_books(self, who: str, patient: int, pick: int, gap: timedelta, sweeps: bool) -> None:
        slot = self._visit(pick).slots[0]
        self.cancel(who, pick, PLENTY, "")
        self._set_clock(self.now + gap)
        if sweeps:
            self.sweep()
        if slot in self._wanted:
            self.book(OWNER, patient, self._wanted.index(slot), long=False, holder=None)
        self.undo(who, pick)
