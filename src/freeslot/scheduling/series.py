"""A series: visits that were booked together, and where the later ones go when one of them moves.

All move by the same step of the practice's own clock: 14:30 stays 14:30 on both sides of a clock change.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.db.models import Q

from freeslot.practices.models import policy_for
from freeslot.scheduling.errors import Unsuitable
from freeslot.scheduling.intervals import is_skipped
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.suiting import covers, is_elsewhere, too_soon_or_far
from freeslot.scheduling.rulebook import BookingRules
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import LIVE, Status

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Planned:
    """Where one visit would go. `starts_at` is None on a night without that clock time; `against` is why it cannot,
    `is_taken` that somebody else has the time."""

    visit: Appointment
    starts_at: datetime | None
    slots: tuple[Slot, ...] = ()
    against: Unsuitable | None = None
    is_taken: bool = False

    @property
    def slot_ids(self) -> tuple[int, ...]:
        return tuple(slot.pk for slot in self.slots)


def visits_in_series(visit: Appointment) -> list[Appointment]:
    """Those of its series that are not cancelled, itself among them, in order of time; empty without a series.

    They are of one patient at one practice; whether the actor may see them is another question.
    """
    if visit.series_id is None:
        return []
    same = Appointment.objects.for_pages().filter(
        practice_id=visit.practice_id, patient_id=visit.patient_id, series_id=visit.series_id
    )
    return list(same.exclude(status=Status.CANCELLED).order_by("starts_at", "pk"))


def this_and_later(visit: Appointment, visits: Sequence[Appointment]) -> list[Appointment]:
    """Those of the series from this one on that may still take place."""
    return [each for each in visits if each.starts_at >= visit.starts_at and each.status in LIVE]


def is_weekly(visits: Sequence[Appointment]) -> bool:
    """Whether each is a week after the one before, by the practice's calendar."""
    days = [each.starts_at.astimezone(each.practice.tz).date() for each in visits]
    return len(days) > 1 and all(other - one == WEEK for one, other in pairwise(days))


def plan_move(visits: Sequence[Appointment], starts_at: datetime, *, now: datetime) -> list[Planned]:
    """Where each would go when the first goes to this instant, with the practitioner it has. What others of them leave
    counts as open.

    Two statements, and one more for each type of visit; what else may stand against it, the move itself says.
    """
    first, step = visits[0], _step_to(visits[0], starts_at)
    # By its clock alone the first would not know which of two equal hours was picked.
    wanted = {visit.pk: starts_at if visit is first else _stepped(visit, step) for visit in visits}
    slots = _slots_at([(visit, at) for visit in visits if (at := wanted[visit.pk])])
    rules = {visit.visit_type_id: visit.visit_type for visit in visits}
    booking = {pk: rules_from(policy_for(each, now=now).rules).booking for pk, each in rules.items()}
    leaving = {visit.pk for visit in visits}
    return [_planned(visit, wanted[visit.pk], slots, leaving, booking[visit.visit_type_id], now) for visit in visits]


def _step_to(visit: Appointment, starts_at: datetime) -> timedelta:
    """How far the practice's clock goes from a visit's time to another: days and hours as a calendar counts them."""
    zone = visit.practice.tz
    to, since = starts_at.astimezone(zone), visit.starts_at.astimezone(zone)
    return to.replace(tzinfo=None) - since.replace(tzinfo=None)


def _stepped(visit: Appointment, step: timedelta) -> datetime | None:
    zone = visit.practice.tz
    local = visit.starts_at.astimezone(zone)
    moved = (local.replace(tzinfo=None) + step).replace(tzinfo=zone, fold=local.fold if not step else 0)
    return None if is_skipped(moved) else moved.astimezone(UTC)


def _slots_at(wanted: Sequence[tuple[Appointment, datetime]]) -> list[Slot]:
    found = Q(pk__in=[])
    for visit, at in wanted:
        ends_at = at + visit.visit_type.taken
        found |= Q(practitioner_id=visit.practitioner_id, starts_at__gte=at, starts_at__lt=ends_at)
    slots = Slot.objects.filter(found, overbooked=False).select_related("practitioner", "location")
    return list(slots.order_by("starts_at", "pk"))


def _planned(
    visit: Appointment,
    at: datetime | None,
    slots: Sequence[Slot],
    leaving: set[uuid.UUID],
    rules: BookingRules,
    now: datetime,
) -> Planned:
    if at is None:
        return Planned(visit, None, against=Unsuitable.GONE)
    ends_at = at + visit.visit_type.taken
    mine = [each for each in slots if each.practitioner_id == visit.practitioner_id and at <= each.starts_at < ends_at]
    if not mine or mine[0].starts_at != at:
        return Planned(visit, at, against=Unsuitable.GONE)
    run = tuple(each for each in mine if each.schedule_id == mine[0].schedule_id)
    is_taken = not all(_is_open(each, leaving, now) for each in run)
    return Planned(visit, at, run, _against(visit, run, rules, now), is_taken)


def _is_open(slot: Slot, leaving: set[uuid.UUID], now: datetime) -> bool:
    return slot.is_takeable(now) or slot.appointment_id in leaving


def _against(visit: Appointment, run: Sequence[Slot], rules: BookingRules, now: datetime) -> Unsuitable | None:
    at = run[0].starts_at
    if not covers(run, visit.visit_type.taken):
        return Unsuitable.LENGTH
    if at <= now:
        return Unsuitable.PAST
    if is_elsewhere(run[0], visit, visit.rules.move):
        return Unsuitable.ELSEWHERE
    return too_soon_or_far(at, rules, now=now)
