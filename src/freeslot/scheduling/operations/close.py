"""Closes a day, or some hours of it, for one schedule or the whole practice: nothing there can be taken any more."""

from datetime import date, datetime, time

from django.db import transaction

from freeslot.practices.models import Practice
from freeslot.scheduling.errors import SlotsOverlap
from freeslot.scheduling.models import Schedule, ScheduleException
from freeslot.scheduling.operations.publish import publish_slots, withdraw_slots


def close_day(
    *,
    practice: Practice,
    day: date,
    now: datetime,
    schedule: Schedule | None = None,
    starts: time | None = None,
    ends: time | None = None,
) -> int:
    """Without times the whole local day. What is free, or held by an unfinished booking, goes; how many schedules.

    Visits that are booked stay, and so do those that can still be undone: whoever closes a day sees to them.
    """
    with transaction.atomic():
        closure = ScheduleException.objects.create(
            practice=practice,
            schedule=schedule,
            kind=ScheduleException.Kind.CLOSED,
            day=day,
            starts=starts,
            ends=ends,
        )
        touched = [schedule] if schedule else list(Schedule.objects.filter(practice=practice).order_by("pk"))
        for each in touched:
            _close(each, closure, now)
    return len(touched)


def _close(schedule: Schedule, closure: ScheduleException, now: datetime) -> None:
    """Publishes as far ahead as it was. A schedule that meets another of its practitioner cannot be; the closed hours
    go from it all the same."""
    if schedule.published_until is None:
        return
    days = (schedule.published_until - now.astimezone(schedule.practice.tz).date()).days
    try:
        publish_slots(schedule=schedule, now=now, weeks=max(-(-days // 7), 0))
    except SlotsOverlap:
        withdraw_slots(schedule=schedule, closure=closure, now=now)
