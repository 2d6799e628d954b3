"""Whether slots suit a visit: what the rules say of a time, once more inside the transaction that takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from freeslot.database.turns import take_turns
from freeslot.patients.models import Patient
from freeslot.practices.models import OnlineBooking, Policy, VisitType
from freeslot.scheduling.errors import SlotsUnsuitable, Unsuitable
from freeslot.scheduling.giving import gives
from freeslot.scheduling.intervals import Interval, whole_day
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.reading import read_slots_named
from freeslot.scheduling.rulebook import BookingRules, MoveRules, Patients
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import LIVE, Side, Status


@dataclass(frozen=True)
class Wanted:
    """A visit that wants slots: `policy` holds the booking rules of today, `moving` is the visit where it has some.
    `patient` is None while it is not known who they are. `chosen_at` is when the time was chosen, if kept since:
    somebody who takes a few minutes over the form is not too late by those.
    """

    visit_type: VisitType
    patient: Patient | None
    policy: Policy
    side: Side
    moving: Appointment | None = None
    chosen_at: datetime | None = None

    @cached_property
    def booking(self) -> BookingRules:
        return rules_from(self.policy.rules).booking

    @property
    def move(self) -> MoveRules | None:
        """The rules for moves that the visit was booked under."""
        return self.moving.rules.move if self.moving else None


def suitable_slots(slot_ids: Sequence[int], wanted: Wanted, *, now: datetime) -> list[Slot]:
    """The slots in order. Raises SlotsUnsuitable; whether they are free is another question.

    What belongs together and what a practitioner gives holds for everybody; notice, horizon and the like bind patients:
    the desk may do otherwise, and it alone has the extra slots that it squeezed in.
    """
    slots = read_slots_named(slot_ids, with_extra=wanted.side is not Side.PATIENT)
    if not slots or len(slots) != len(set(slot_ids)):
        raise SlotsUnsuitable(Unsuitable.GONE)
    found = _unsuitable(slots, wanted, now)
    if found is None and wanted.side is Side.PATIENT:
        found = _against_rules(slots, wanted, now)
    if found is not None:
        raise SlotsUnsuitable(found)
    return slots


def _unsuitable(slots: Sequence[Slot], wanted: Wanted, now: datetime) -> Unsuitable | None:
    practices = {slot.practice_id for slot in slots} | {wanted.visit_type.practice_id}
    if len(practices | ({wanted.patient.practice_id} if wanted.patient else set())) > 1:
        return Unsuitable.PRACTICE
    no_gap = all(one.ends_at == other.starts_at for one, other in pairwise(slots))
    if len({slot.schedule_id for slot in slots}) > 1 or not no_gap or not covers(slots, wanted.visit_type.taken):
        return Unsuitable.LENGTH
    if slots[0].starts_at <= now:
        return Unsuitable.PAST
    return None if gives(slots[0].practitioner_id, wanted.visit_type) else Unsuitable.NOT_GIVEN


def covers(slots: Sequence[Slot], length: timedelta) -> bool:
    """Whether the slots together are long enough for a visit and none of them is spare."""
    return slots[-1].starts_at - slots[0].starts_at < length <= slots[-1].ends_at - slots[0].starts_at


def _against_rules(slots: Sequence[Slot], wanted: Wanted, now: datetime) -> Unsuitable | None:
    rules = wanted.booking
    if wanted.moving is None and (closed := _not_offered(wanted)):
        return closed
    if wanted.moving and wanted.move and is_elsewhere(slots[0], wanted.moving, wanted.move):
        return Unsuitable.ELSEWHERE
    if outside := too_soon_or_far(slots[0].starts_at, rules, now=now, chosen_at=wanted.chosen_at):
        return outside
    return Unsuitable.DAY_FULL if rules.most_per_day is not None and _is_full(slots[0], wanted) else None


def too_soon_or_far(
    starts_at: datetime, rules: BookingRules, *, now: datetime, chosen_at: datetime | None = None
) -> Unsuitable | None:
    """Whether a time is within the notice, or beyond the horizon."""
    if starts_at < (chosen_at or now) + rules.notice:
        return Unsuitable.TOO_SOON
    return Unsuitable.TOO_FAR if starts_at > now + rules.horizon else None


def is_elsewhere(slot: Slot, moving: Appointment, rules: MoveRules) -> bool:
    """Whether a move to this slot would change what it may not."""
    who = slot.practitioner_id != moving.practitioner_id and "practitioner" not in rules.elsewhere
    return who or (slot.location_id != moving.location_id and "location" not in rules.elsewhere)


def _not_offered(wanted: Wanted) -> Unsuitable | None:
    if not wanted.visit_type.is_online or wanted.visit_type.practice.online_booking == OnlineBooking.NOBODY:
        return Unsuitable.NOT_ONLINE
    return not_for(wanted.patient, wanted.booking) if wanted.patient else None


def not_for(patient: Patient, rules: BookingRules) -> Unsuitable | None:
    """Whether a type of visit is only for people who are new, or only for others, and this patient is not."""
    if rules.patients is Patients.ANY:
        return None
    if has_been_here(patient):
        return Unsuitable.ONLY_NEW if rules.patients is Patients.NEW else None
    return Unsuitable.ONLY_KNOWN if rules.patients is Patients.KNOWN else None


def has_been_here(patient: Patient) -> bool:
    """Whether a visit of theirs has taken place, or the practice is expecting them."""
    kept = [*LIVE, Status.FULFILLED]
    return Appointment.objects.filter(patient=patient, status__in=kept).exists()


def _is_full(slot: Slot, wanted: Wanted) -> bool:
    """Counted while everybody else who counts the same day waits."""
    first, last = local_day(slot.starts_at, wanted.visit_type)
    take_turn_of_day(slot, wanted.visit_type)
    others = Appointment.objects.live().filter(
        practitioner_id=slot.practitioner_id,
        visit_type=wanted.visit_type,
        starts_at__gte=first,
        starts_at__lt=last,
    )
    if wanted.moving is not None:
        others = others.exclude(pk=wanted.moving.pk)
    return others.count() >= (wanted.booking.most_per_day or 0)


def take_turn_of_day(slot: Slot, visit_type: VisitType) -> None:
    """Whoever counts the visits of this type on the slot's day waits until the transaction ends."""
    first, _last = local_day(slot.starts_at, visit_type)
    take_turns(f"day {slot.practitioner_id} {visit_type.pk} {first:%Y-%m-%d}")


def local_day(at: datetime, visit_type: VisitType) -> Interval:
    """The practice's own day around an instant, from midnight to midnight."""
    zone = visit_type.practice.tz
    return whole_day(at.astimezone(zone).date(), zone)
