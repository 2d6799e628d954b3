"""Publishes a schedule's weekly hours and exceptions as slots for the weeks ahead."""

import logging
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from freeslot.practices.models import Practitioner
from freeslot.scheduling.errors import SlotsOverlap
from freeslot.scheduling.intervals import (
    Hours,
    Interval,
    instant,
    open_intervals,
    overlaps,
    pieces,
    subtract,
    whole_day,
)
from freeslot.scheduling.models import Appointment, Schedule, ScheduleException, Slot
from freeslot.scheduling.operations.listing import list_practitioner
from freeslot.scheduling.operations.slots import in_order

log = logging.getLogger(__name__)


def publish_slots(*, schedule: Schedule, now: datetime, weeks: int | None = None) -> int:
    """Makes the slots from today to the end of the weeks ahead; how many are new. Safe to run again at any time.

    Slots that the hours no longer hold are taken away where they are free or held by an unfinished booking; those of
    visits stay, and are offered to nobody once those have left them. Raises SlotsOverlap when the practitioner already
    has slots at one of the times in another schedule: then nothing is published.
    """
    zone = schedule.practice.tz
    first = now.astimezone(zone).date()
    days = [first + timedelta(days=ahead) for ahead in range(7 * (weeks or schedule.weeks_ahead))]
    with transaction.atomic():
        # Without the key: a booking's foreign key to the practitioner must not wait for this while it holds slots.
        Practitioner.objects.select_for_update(no_key=True).get(pk=schedule.practitioner_id)
        # Read behind the lock: a day that was closed while this waited must not be opened again.
        wanted = [piece for piece in _pieces_of(schedule, days) if piece[0] > now]
        _refuse_overlaps(schedule, wanted)
        made = _bring_into_line(schedule, wanted, now)
        schedule.published_until = days[-1] + timedelta(days=1)
        schedule.save(update_fields=["published_until"])
        list_practitioner(practitioner_id=schedule.practitioner_id, now=now)
    return made


def withdraw_slots(*, schedule: Schedule, closure: ScheduleException, now: datetime) -> None:
    """Takes away what a closure meets and nobody has, and lets nobody have the rest after those who do."""
    starts, ends = _closed(closure, schedule.practice.tz)
    met = schedule.slots.filter(starts_at__gt=now, starts_at__lt=ends, ends_at__gt=starts)
    in_order(met.filter(_is_nobodys())).delete()
    in_order(met).update(is_withdrawn=True)


def publish_due_schedules(*, now: datetime) -> int:
    """Keeps every schedule published as far ahead as it should be; how many were. Run by the worker.

    A schedule that meets another of its practitioner is left as it is and does not keep the others waiting.
    """
    published = 0
    for schedule in Schedule.objects.select_related("practice"):
        wanted_until = now.astimezone(schedule.practice.tz).date() + timedelta(weeks=schedule.weeks_ahead)
        if schedule.published_until is None or schedule.published_until < wanted_until:
            try:
                publish_slots(schedule=schedule, now=now)
            except SlotsOverlap:
                log.warning("The schedule %s overlaps another of its practitioner and is not published.", schedule.pk)
            else:
                published += 1
    return published


def _pieces_of(schedule: Schedule, days: Sequence[date]) -> list[Interval]:
    zone = schedule.practice.tz
    weekly = [Hours(each.weekday, each.starts, each.ends) for each in schedule.weekly_hours.all()]
    of_schedule = Q(schedule=schedule) | Q(schedule__isnull=True)
    differing = list(ScheduleException.objects.filter(of_schedule, practice_id=schedule.practice_id, day__in=days))
    found: set[Interval] = set()
    for day in days:
        today = [each for each in differing if each.day == day]
        extra = [
            Hours(day.weekday(), each.starts, each.ends)
            for each in today
            if each.kind == ScheduleException.Kind.OPEN and each.starts and each.ends
        ]
        closed = [_closed(each, zone) for each in today if each.kind == ScheduleException.Kind.CLOSED]
        for interval in subtract(open_intervals(day, [*weekly, *extra], zone), closed):
            found.update(pieces(interval, schedule.slot_length))
    return sorted(found)


def _closed(exception: ScheduleException, zone: ZoneInfo) -> Interval:
    """A closure as instants; without times it is the whole local day."""
    if exception.starts and exception.ends:
        return (
            instant(exception.day, exception.starts, zone, later=False),
            instant(exception.day, exception.ends, zone, later=True),
        )
    return whole_day(exception.day, zone)


def _refuse_overlaps(schedule: Schedule, wanted: Sequence[Interval]) -> None:
    if not wanted:
        return
    elsewhere = Slot.objects.filter(
        practitioner_id=schedule.practitioner_id,
        overbooked=False,
        starts_at__lt=wanted[-1][1],
        ends_at__gt=wanted[0][0],
    ).exclude(schedule=schedule)
    taken = sorted(elsewhere.values_list("starts_at", "ends_at"))
    at = 0
    for starts, ends in wanted:
        while at < len(taken) and taken[at][1] <= starts:
            at += 1
        if at < len(taken) and taken[at][0] < ends:
            raise SlotsOverlap


def _bring_into_line(schedule: Schedule, wanted: Sequence[Interval], now: datetime) -> int:
    """Takes away free slots that are not wanted any more, lets nobody have those of closed hours after the visits they
    have, then adds what is missing and fits between what stays."""
    future = schedule.slots.filter(starts_at__gt=now, overbooked=False)
    existing = {(starts, ends): pk for pk, starts, ends in future.values_list("pk", "starts_at", "ends_at")}
    kept = set(wanted)
    unwanted = [pk for interval, pk in existing.items() if interval not in kept]
    in_order(future.filter(pk__in=unwanted).filter(_is_nobodys())).delete()
    closed = [pk for interval, pk in existing.items() if interval not in kept and not _is_within(interval, wanted)]
    in_order(future.filter(pk__in=closed, is_withdrawn=False)).update(is_withdrawn=True)
    in_order(future.filter(is_withdrawn=True).exclude(pk__in=closed)).update(is_withdrawn=False)
    staying = sorted(future.values_list("starts_at", "ends_at"))
    missing = [each for each in wanted if not _meets_any(each, staying)]
    Slot.objects.bulk_create(_slot(schedule, starts, ends) for starts, ends in missing)
    return len(missing)


def _is_within(interval: Interval, wanted: Sequence[Interval]) -> bool:
    """Whether the pieces that are wanted cover it, also where they are cut otherwise."""
    at = bisect_right(wanted, interval[0], key=lambda each: each[1])
    return not subtract([interval], takewhile(lambda each: each[0] < interval[1], wanted[at:]))


def _is_nobodys() -> Q:
    """Free, or held by a booking that is not finished; what the undo window of a visit holds stays."""
    undoable = Appointment.objects.filter(pk=OuterRef("held_by"))
    return Q(status=Slot.Status.FREE) | Q(~Exists(undoable), status=Slot.Status.HELD)


def _meets_any(interval: Interval, others: Sequence[Interval]) -> bool:
    """Whether one of `others` (in order, without overlaps) overlaps the interval."""
    at = bisect_right(others, interval, key=lambda other: (other[0], other[1]))
    near = others[max(at - 1, 0) : at + 1]
    return any(overlaps(interval, other) for other in near)


def _slot(schedule: Schedule, starts: datetime, ends: datetime) -> Slot:
    return Slot(
        practice_id=schedule.practice_id,
        schedule=schedule,
        practitioner_id=schedule.practitioner_id,
        location_id=schedule.location_id,
        starts_at=starts,
        ends_at=ends,
    )
