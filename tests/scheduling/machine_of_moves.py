"""The desk of the machine, where visits are also moved."""

import uuid
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import SlotsUnsuitable, SlotTaken, UnknownAppointment
from freeslot.scheduling.operations.move import MoveOutcome, move_appointment
from tests.scheduling.machine import OWNER, PLENTY, gaps, people, picks, pressing
from tests.scheduling.machine_of_cancels import CancellingDesk
from tests.scheduling.model import ModelCheckout, ModelVisit, fee_for, why_no_move


class MovingDesk(CancellingDesk):
    """By the patient and by the practice, near and far, into kept times and open ones."""

    @rule(
        who=people,
        pick=picks,
        to=st.integers(0, 20),
        near=st.sampled_from([None, None, -1, 0, 1]),
        accepts=st.sampled_from([0, *[PLENTY] * 5]),
        is_kept=st.booleans(),
    )
    @precondition(lambda self: self.visits)
    def move(self, who: str, pick: int, to: int, near: int | None, accepts: int, is_kept: bool) -> None:
        """`near` its own time, into slots of its own; `is_kept` where a checkout of its own keeps the time."""
        visit = self._visit(pick)
        who = self._person(who, visit)
        kept = next((each for each in self.checkouts if is_kept and each.moving is visit), None)
        count = len(visit.slots)
        if kept:
            pks = kept.slots
        elif near is None or visit.status != "booked":
            pks = self._slots_from(to, count)
        else:
            pks = self._ordered[max(self._ordered.index(visit.slots[0]) + near, 0) :][:count]
        holder = kept.pk if kept else None
        has_ended = kept is not None and kept.ended_at is not None
        expected, result = self._expected_move(visit, who, pks, None if has_ended else holder, accepts)
        outcome: MoveOutcome | None = self._try(
            expected,
            lambda: move_appointment(
                ref=visit.reference, slot_ids=pks, actor=self._actor(who, visit), door=Door.PORTAL,
                accepted_fee=accepts, idempotency_key="", now=self.now, holder=holder,
            ),
        )  # fmt: skip
        if outcome is None:
            return
        assert outcome.result == result
        if result == "moved":
            self._mark_moved(visit, who, pks, outcome)
            self._mark_ended(kept, visit)

    def _expected_move(
        self, visit: ModelVisit, who: str, pks: list[int], holder: uuid.UUID | None, accepts: int
    ) -> tuple[Any, str]:
        if who not in visit.seen_by | {"link"}:
            return UnknownAppointment, ""
        if why_no_move(self.rules, visit, who, self.now):
            return None, "refused"
        if set(pks) == set(visit.slots):
            return None, "same"
        if who != "staff" and fee_for(self.rules, visit, self.now) > accepts:
            return None, "fee_rose"
        if not self._suit(pks, len(visit.slots)):
            return SlotsUnsuitable, ""
        others = [pk for pk in pks if pk not in visit.slots]
        is_free = all(self.slots[pk].is_takeable(self.now, holder) for pk in others)
        return (None, "moved") if is_free else (SlotTaken, "")

    def _mark_moved(self, visit: ModelVisit, who: str, pks: list[int], outcome: MoveOutcome) -> None:
        if who == "staff":
            visit.is_moved_by_practice, visit.is_told = True, False
        else:
            self._note_press(visit)
            fee = fee_for(self.rules, visit, self.now)
            assert outcome.verdict is not None
            assert outcome.verdict.carried.minor == fee
            visit.carried, visit.moves = max(visit.carried, fee), visit.moves + 1
        visit.version += 1
        visit.moved_at = self.now
        for pk in visit.slots:
            self.slots[pk].become("free")
        for pk in pks:
            self.slots[pk].become("busy", visit=visit.reference)
        visit.slots, visit.starts_at = pks, self.slots[pks[0]].starts_at

    def _mark_ended(self, checkout: ModelCheckout | None, visit: ModelVisit | None) -> None:
        if checkout is None:
            return
        if checkout.ended_at is None:
            checkout.ended_at, checkout.visit = self.now, visit
        for slot in self.slots.values():
            if slot.state == "held" and slot.holder == checkout.pk:
                slot.become("free")

    @rule(who=pressing, pick=picks, to=st.integers(0, 20), gap=gaps)
    @precondition(lambda self: self.visits)
    def move_and_think_again(self, who: str, pick: int, to: int, gap: timedelta) -> None:
        """In a late window if there is one, far away, and then a cancel."""
        late = self._visit(pick).starts_at - timedelta(hours=1, minutes=30)
        if late > self.now:
            self._set_clock(late)
        self.move(who, pick, to, None, PLENTY, is_kept=False)
        self._set_clock(self.now + gap)
        self.cancel(OWNER, pick, PLENTY, "")
