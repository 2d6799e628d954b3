"""Many people at one practice's slots, in any order and by any clock; the model and the doctor watch every step."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

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
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.checkout import end_lapsed_checkouts
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed
from tests.scheduling.model import ModelCheckout, ModelRules, ModelSlot, ModelVisit, fee_for
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

    def _set_clock(self, moment: datetime) -> None:
        self.now = moment
        self.latest = max(self.latest, moment)

    # The first act; the others have files of their own.

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
        elif not all(self.slots[pk].is_takeable(self.now) for pk in pks):
            expected = SlotTaken  # whoever is named as the holder: these are no checkouts of theirs
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

    def _note_press(self, visit: ModelVisit) -> None:
        """What a cancel costs at this press, a cancel or a move: no later end of the story may be cheaper."""
        fee = fee_for(self.rules, visit, self.now)
        if not self.was_set_back and not visit.is_moved_by_practice:
            assert fee >= visit.highest_fee, "moves, undos and cancels came cheaper than one cancel at the first press"
            visit.highest_fee = fee

    def _read_slots(self) -> None:
        """Visits keep their slots; the rest is as the practice opens."""
        there = {slot.pk: slot for slot in self.cast.schedule.slots.all()}
        assert {pk for pk, slot in self.slots.items() if self._is_of_visit(slot)} <= there.keys()
        self.slots = {pk: self.slots.get(pk, ModelSlot(slot.starts_at)) for pk, slot in there.items()}
        for pk, slot in there.items():
            self.slots[pk].is_withdrawn = slot.is_withdrawn

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
