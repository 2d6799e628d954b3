"""The desk of the machine, where visits are also moved, booked by a form that keeps its time, and days are closed."""

import uuid
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import HoldOver, SlotsUnsuitable, SlotTaken, TooManyHolds, UnknownAppointment
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.checkout import begin_checkout, end_checkout, finish_checkout, renew_checkout
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.move import MoveOutcome, move_appointment
from tests.scheduling.machine import OWNER, PLENTY, Desk, gaps, people, picks, pressing
from tests.scheduling.model import HOLD, MOST_HOLDS, MOST_RENEWALS, ModelCheckout, ModelVisit, fee_for, why_no_move


class BookingDesk(Desk):
    """Everything that the desk does, and more."""

    # Moves.

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
        expected, result = self._expected_move(visit, who, pks, holder, accepts)
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

    # Bookings in the making.

    @rule(
        owner=st.integers(0, 1),
        pick=st.integers(0, 20),
        long=st.booleans(),
        instead=st.booleans(),
        moving=st.none() | picks,
    )
    def begin(self, owner: int, pick: int, long: bool, instead: bool, moving: int | None) -> None:
        visit = self._visit(moving) if moving is not None and self.visits else None
        count = len(visit.slots) if visit else 2 if long else 1
        pks = self._slots_from(pick, count)
        earlier = next((each for each in self.checkouts[::-1] if instead), None)
        ending = earlier if earlier and earlier.owner == owner and earlier.ended_at is None else None
        live = [each for each in self.checkouts if each.owner == owner and each.is_live(self.now)]
        own = {pk for pk, slot in self.slots.items() if visit and slot.visit == visit.reference}
        holder = ending.pk if ending else None
        if len([each for each in live if each is not ending]) >= MOST_HOLDS:
            expected: Any = TooManyHolds
        elif not self._suit(pks, count):
            expected = SlotsUnsuitable
        elif not all(self.slots[pk].is_takeable(self.now, holder) for pk in pks if pk not in own):
            expected = SlotTaken
        else:
            expected = None
        begun: Checkout | None = self._try(
            expected,
            lambda: begin_checkout(
                visit_type=self.cast.extra["types"][count - 1],
                slot_ids=pks,
                source=str(owner),
                now=self.now,
                account_id=self.cast.patient_user.pk,
                moving=Appointment.objects.for_pages().get(reference=visit.reference) if visit else None,
                instead_of=earlier.pk if earlier else None,
            ),
        )
        if begun is None:
            return
        self._mark_ended(ending, None)
        self.checkouts.append(ModelCheckout(begun.pk, owner, pks, self.now + HOLD, visit))
        for pk in pks:
            if pk not in own:
                self.slots[pk].become("held", holder=begun.pk, until=self.now + HOLD)

    def _mark_ended(self, checkout: ModelCheckout | None, visit: ModelVisit | None) -> None:
        if checkout is None:
            return
        if checkout.ended_at is None:
            checkout.ended_at, checkout.visit = self.now, visit
        for slot in self.slots.values():
            if slot.state == "held" and slot.holder == checkout.pk:
                slot.become("free")

    @rule(pick=picks)
    @precondition(lambda self: self.checkouts)
    def renew(self, pick: int) -> None:
        checkout = self.checkouts[-1 - pick % len(self.checkouts)]
        held = [slot for slot in self.slots.values() if slot.state == "held" and slot.holder == checkout.pk]
        is_whole = checkout.moving is not None or len(held) == len(checkout.slots)
        may = checkout.is_live(self.now) and checkout.renewals < MOST_RENEWALS and is_whole
        until = self._try(None if may else HoldOver, lambda: renew_checkout(checkout_id=checkout.pk, now=self.now))
        if until is not None:
            assert until == self.now + HOLD
            checkout.until, checkout.renewals = until, checkout.renewals + 1
            for slot in held:
                slot.until = until

    @rule(pick=picks)
    @precondition(lambda self: self.checkouts)
    def leave(self, pick: int) -> None:
        checkout = self.checkouts[-1 - pick % len(self.checkouts)]
        end_checkout(checkout_id=checkout.pk, now=self.now)
        if checkout.ended_at is None:
            self._mark_ended(checkout, None)

    @rule(pick=picks)
    @precondition(lambda self: self.checkouts)
    def finish(self, pick: int) -> None:
        checkout = self.checkouts[-1 - pick % len(self.checkouts)]
        if checkout.was_given_back or checkout.moving is not None:
            expected: Any = HoldOver
        elif checkout.visit is not None:
            expected = None
        elif not self._suit(checkout.slots, len(checkout.slots)):
            expected = SlotsUnsuitable
        else:
            is_free = all(self.slots[pk].is_takeable(self.now, checkout.pk) for pk in checkout.slots)
            expected = None if is_free else SlotTaken
        booked = self._try(
            expected,
            lambda: finish_checkout(
                checkout_id=checkout.pk,
                patient=self._patients[checkout.owner],
                actor=self._actor(["patient", "stranger"][checkout.owner]),
                door=Door.PORTAL,
                now=self.now,
            ),
        )
        if booked is None:
            return
        if checkout.visit is not None:
            assert booked.reference == checkout.visit.reference
            return
        checkout.visit = self._note_booked(booked.reference, checkout.owner, checkout.slots)
        checkout.ended_at = self.now

    # Closed days.

    @rule(ahead=st.integers(0, 7))
    def close(self, ahead: int) -> None:
        """Once in a while; what is a visit's, or can still be undone, is all that stays of the day."""
        zone = self.cast.practice.tz
        day = (self.now + timedelta(days=ahead)).astimezone(zone).date()
        if len(self.closed) < 2:
            self.closed.add(day)
            close_day(practice=self.cast.practice, day=day, now=self.now)
            self._read_slots()
            left = [slot for slot in self.slots.values() if slot.starts_at > self.now]
            assert all(self._is_of_visit(slot) for slot in left if slot.starts_at.astimezone(zone).date() == day)
