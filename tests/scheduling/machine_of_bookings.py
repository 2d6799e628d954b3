"""The desk of the machine, where visits are also booked by a form that keeps its time, and days are closed."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import HoldOver, SlotsUnsuitable, SlotTaken, TooManyHolds
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.checkout import begin_checkout, end_checkout, finish_checkout, renew_checkout
from freeslot.scheduling.operations.close import close_day
from tests.scheduling.machine import picks
from tests.scheduling.machine_of_moves import MovingDesk
from tests.scheduling.model import HOLD, MOST_HOLDS, MOST_RENEWALS, ModelCheckout


class BookingDesk(MovingDesk):
    """Everything that the other desks do, and more."""

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
        ending = earlier if earlier and earlier.owner == owner and earlier.visit is None else None
        live = [each for each in self.checkouts if each.owner == owner and each.is_live(self.now)]
        own = {pk for pk, slot in self.slots.items() if visit and slot.visit == visit.reference}
        holder = ending.pk if ending else None
        is_same = ending is not None and ending.is_live(self.now) and set(ending.slots) == set(pks)
        renewals = ending.renewals + 1 if ending and is_same else 0
        if renewals > MOST_RENEWALS:
            expected: Any = HoldOver
        elif len([each for each in live if each is not ending]) >= MOST_HOLDS:
            expected = TooManyHolds
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
                account_id=[self.cast.patient_user, self.cast.stranger_user][owner].pk,
                moving=Appointment.objects.for_pages().get(reference=visit.reference) if visit else None,
                instead_of=earlier.pk if earlier else None,
            ),
        )
        if begun is None:
            return
        if ending:
            self._give_back(ending)
        self.checkouts.append(ModelCheckout(begun.pk, owner, pks, self.now + HOLD, visit, renewals))
        for pk in pks:
            if pk not in own:
                self.slots[pk].become("held", holder=begun.pk, until=self.now + HOLD)

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
        self._give_back(checkout)

    def _give_back(self, checkout: ModelCheckout) -> None:
        """Also one whose time was up: it books nothing any more."""
        if checkout.visit is None:
            checkout.was_given_back = True
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
            to_come = [slot for slot in self.slots.values() if slot.starts_at > self.now]
            left = [slot for slot in to_come if slot.starts_at.astimezone(zone).date() == day]
            assert all(self._is_of_visit(slot) and slot.is_withdrawn for slot in left)
