"""Many people at one practice's slots, in any order and by any clock; the model and the doctor watch every step."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from freeslot.events.models import Event
from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Policy, VisitType
from freeslot.scheduling.actors import SYSTEM, Actor, Door, link_holder, staff
from freeslot.scheduling.errors import (
    HoldOver,
    KeyReused,
    NotAllowed,
    SlotsUnsuitable,
    SlotTaken,
    TooManyHolds,
    UndoOver,
    UnknownAppointment,
    UnknownPatient,
)
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Appointment, Slot, WeeklyHours
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import CancelOutcome, cancel_appointment
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.operations.checkout import (
    FORGOTTEN_AFTER,
    end_lapsed_checkouts,
)
from freeslot.scheduling.operations.hold import hold_slots, release_hold
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.take_back import take_back_visit
from freeslot.scheduling.operations.undo import undo_cancel
from tests.scheduling.model import (
    OPEN_STATUSES,
    ModelCheckout,
    ModelRules,
    ModelSlot,
    ModelVisit,
    fee_for,
    tells,
    undo_window,
    why_no_undo,
)  # fmt: skip
from tests.support.cast import Cast, make_cast, make_patient

PLENTY = 10**6
HOLDERS = [uuid.UUID(int=1), uuid.UUID(int=2)]
REFUSALS = (
    HoldOver, KeyReused, NotAllowed, SlotsUnsuitable, SlotTaken, TooManyHolds, UndoOver, UnknownAppointment,
    UnknownPatient,
)  # fmt: skip
WAITS_FOR_SWEEP = ("ended without its slots being given back", "ended long ago")

# The patient whose visit it is acts most often, or little would happen.
OWNER = "owner"
people = st.sampled_from([OWNER] * 5 + ["staff"] * 2 + ["link"] * 2 + ["proxy", "stranger", "other staff", "system"])
pressing = st.sampled_from([OWNER, OWNER, "staff"])
picks = st.integers(0, 9)
gaps = st.sampled_from([timedelta(), timedelta(minutes=10, microseconds=-1), timedelta(minutes=10), timedelta(hours=2)])
rules_of_practice = st.builds(
    ModelRules,
    steps=st.lists(st.tuples(st.sampled_from([120, 1440, 2880]), st.sampled_from([0, 1000, 2500])), max_size=3),
    undo=st.sampled_from([0, 10, 90]),
    undo_ends_before=st.sampled_from([0, 60]),
    tell=st.sampled_from([None, None, 120]),
    most_moves=st.sampled_from([None, None, 2]),
)


def open_practice() -> Cast:
    """Three slots a day for a week, two patients: Maria with a carer, and one whose account is the stranger's."""
    cast = make_cast(weeks=1)
    cast.schedule.weekly_hours.update(ends=time(10))
    publish_slots(schedule=cast.schedule, now=cast.now, weeks=1)
    other = make_patient(cast.practice, given_name="Otto")
    Grant.objects.create(user=cast.stranger_user, patient=other, scope=Grant.Scope.SELF)
    long = VisitType.objects.create(practice=cast.practice, name="Long", length=timedelta(minutes=40), price_minor=9000)
    long.practitioners.add(cast.practitioner)
    cast.extra |= {"patients": [cast.patient, other], "types": [cast.visit_type, long]}
    return cast


class Desk(RuleBasedStateMachine):
    """`cast` is set on the subclass that a test makes; each example is rolled back at its end."""

    cast: Cast
    steps_between_doctors = 1

    @initialize(rules=rules_of_practice)
    def open(self, rules: ModelRules) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.rules = rules
        Policy.objects.filter(pk=self.cast.policy.pk).update(rules=rules.as_json())
        self.now = self.latest = self.cast.now
        self.was_set_back = False
        self.visits: list[ModelVisit] = []
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}
        self.checkouts: list[ModelCheckout] = []
        self.closed: set[date] = set()
        self.slots = {slot.pk: ModelSlot(slot.starts_at) for slot in self.cast.schedule.slots.all()}
        self.steps = 0
        self.book(OWNER, 0, 0, long=False, holder=None)
        self.book(OWNER, 1, 1, long=True, holder=None)

    def teardown(self) -> None:
        if not hasattr(self, "atomic"):
            return
        try:
            release_lapsed(now=self.latest)
            end_lapsed_checkouts(now=self.latest)
            assert list(breaches(now=self.latest)) == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    # The clock.

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

    def _set_clock(self, moment: datetime) -> None:
        self.now = moment
        self.latest = max(self.latest, moment)

    # The acts.

    @rule(
        who=people,
        patient=st.integers(0, 1),
        pick=st.integers(0, 20),
        long=st.booleans(),
        holder=st.sampled_from([None, *HOLDERS]),
    )
    def book(self, who: str, patient: int, pick: int, long: bool, holder: uuid.UUID | None) -> None:
        who = ["patient", "stranger"][patient] if who == OWNER else who
        count = 2 if long else 1
        pks = self._slots_from(pick, count)
        may = who in {"staff", "system"} or who in [{"patient", "proxy"}, {"stranger"}][patient]
        if not may:
            expected = UnknownPatient
        elif not self._suit(pks, count):
            expected = SlotsUnsuitable
        elif not all(self.slots[pk].is_takeable(self.now, holder) for pk in pks):
            expected = SlotTaken
        else:
            expected = None
        booked = self._try(
            expected,
            lambda: book_appointment(
                patient=self._patients[patient],
                visit_type=self.cast.extra["types"][int(long)],
                slot_ids=pks,
                actor=self._actor(who),
                door=Door.PORTAL,
                now=self.now,
                holder=holder,
            ),
        )
        if booked is not None:
            self._note_booked(booked.reference, patient, pks)

    def _note_booked(self, reference: str, patient: int, pks: list[int]) -> ModelVisit:
        seen_by = {"staff", "system"} | ({"stranger"} if patient else {"patient", "proxy"})
        visit = ModelVisit(reference, self.slots[pks[0]].starts_at, self.now, pks, seen_by)
        self.visits.append(visit)
        for pk in pks:
            self.slots[pk].become("busy", visit=visit.reference)
        return visit

    def _suit(self, pks: list[int], count: int) -> bool:
        """All of them there, to come, and one after the other."""
        if len(pks) != count or not all(pk in self.slots for pk in pks) or self.slots[pks[0]].starts_at <= self.now:
            return False
        starts = [self.slots[pk].starts_at for pk in pks]
        return all(other - one == timedelta(minutes=20) for one, other in pairwise(starts))

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

    def _note_press(self, visit: ModelVisit) -> None:
        """What a cancel costs at this press, a cancel or a move: no later end of the story may be cheaper."""
        fee = fee_for(self.rules, visit, self.now)
        if not self.was_set_back and not visit.is_moved_by_practice:
            assert fee >= visit.highest_fee, "moves, undos and cancels came cheaper than one cancel at the first press"
            visit.highest_fee = fee

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
            assert undone is None or undone.event_id is None
            return
        visit.status, visit.fee, visit.undo_until, visit.is_released = "booked", 0, None, False
        visit.by_practice = False
        visit.version += 1
        visit.slots = pieces
        for pk in visit.slots:
            self.slots[pk].become("busy", visit=visit.reference)

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

    def _mark_released(self, visit: ModelVisit) -> None:
        visit.is_released = True
        visit.version += 1
        for slot in self.slots.values():
            if slot.state == "held" and slot.holder == visit.reference:
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

    @rule(ends=st.sampled_from([time(9, 40), time(10), time(11)]))
    def publish(self, ends: time) -> None:
        WeeklyHours.objects.filter(schedule=self.cast.schedule).update(ends=ends)
        publish_slots(schedule=self.cast.schedule, now=self.now, weeks=1)
        self._read_slots()

    def _read_slots(self) -> None:
        """Visits keep their slots; the rest is as the practice opens."""
        there = dict(self.cast.schedule.slots.values_list("pk", "starts_at"))
        assert {pk for pk, slot in self.slots.items() if self._is_of_visit(slot)} <= there.keys()
        self.slots = {pk: self.slots.get(pk, ModelSlot(starts_at)) for pk, starts_at in there.items()}

    def _is_of_visit(self, slot: ModelSlot) -> bool:
        return slot.state == "busy" or (slot.state == "held" and isinstance(slot.holder, str))

    # What must be so after every step.

    @invariant()
    def the_doctor_finds_nothing(self) -> None:
        if not hasattr(self, "atomic"):
            return
        self.steps += 1
        if self.steps % self.steps_between_doctors == 0:
            found = breaches(now=self.latest)
            assert [each for each in found if not any(waits in each for waits in WAITS_FOR_SWEEP)] == []

    @invariant()
    def the_model_agrees(self) -> None:
        if not hasattr(self, "atomic"):
            return
        visits = {visit.pk: visit for visit in Appointment.objects.all()}
        names = {pk: visit.reference for pk, visit in visits.items()}
        found = {
            slot.pk: (
                slot.status,
                names.get(slot.held_by, slot.held_by),
                slot.held_until,
                names.get(slot.appointment_id),
            )
            for slot in Slot.objects.filter(schedule=self.cast.schedule)
        }
        assert found == {pk: (slot.state, slot.holder, slot.until, slot.visit) for pk, slot in self.slots.items()}
        assert {
            visit.reference: (
                visit.status, visit.fee_minor, visit.undo_until, visit.version, visit.starts_at, visit.moves,
                visit.carried_fee_minor,
            )
            for visit in visits.values()
        } == {
            visit.reference: (
                visit.status, visit.fee, visit.undo_until, visit.version, visit.starts_at, visit.moves, visit.carried
            )
            for visit in self.visits
        }  # fmt: skip
        assert Event.objects.count() == sum(visit.version for visit in self.visits)

    # The parts.

    @property
    def _patients(self) -> list[Patient]:
        found: list[Patient] = self.cast.extra["patients"]
        return found

    def _visit(self, pick: int) -> ModelVisit:
        return self.visits[pick % len(self.visits)]

    def _person(self, who: str, visit: ModelVisit) -> str:
        owner = "patient" if "patient" in visit.seen_by else "stranger"
        return owner if who == OWNER else who

    @property
    def _ordered(self) -> list[int]:
        return sorted(self.slots, key=lambda pk: self.slots[pk].starts_at)

    @property
    def _wanted(self) -> list[int]:
        """The five slots that most people want, so that they meet: from the third day on, before every deadline."""
        return self._ordered[6:11]

    def _slots_from(self, pick: int, count: int) -> list[int]:
        """Never across the end of the list."""
        return self._wanted[pick % 5 :][:count] if pick < 15 else self._ordered[pick % len(self.slots) :][:count]

    def _actor(self, who: str, visit: ModelVisit | None = None) -> Actor:
        if who == "link":
            return link_holder(Appointment.objects.get(reference=visit.reference).pk if visit else uuid.UUID(int=9))
        return {
            "patient": self.cast.patient_actor,
            "proxy": self.cast.proxy,
            "stranger": self.cast.stranger,
            "staff": self.cast.staff,
            "other staff": staff("desk", uuid.UUID(int=7)),
            "system": SYSTEM,
        }[who]

    def _key_owner(self, who: str, visit: ModelVisit) -> str:
        return f"link {visit.reference}" if who == "link" else who

    def _try(self, expected: Any, act: Callable[[], Any]) -> Any:
        """What the act gives; or None after the refusal that was expected, and nothing else."""
        try:
            with transaction.atomic():
                outcome = act()
        except REFUSALS as refusal:
            outcome, refused = None, type(refusal)
        else:
            refused = None
        assert refused is expected
        return outcome
