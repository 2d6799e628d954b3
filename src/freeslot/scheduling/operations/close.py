"""Closes a day, or some hours of it, for one schedule or the whole practice: nothing there can be taken any more."""

from datetime import date, datetime, time

from django.db import transaction

from freeslot.practices.models import Practice
from freeslot.scheduling.models import Schedule, ScheduleException
from freeslot.scheduling.operations.publish import publish_slots


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
        ScheduleException.objects.create(
            practice=practice,
            schedule=schedule,
            kind=ScheduleException.Kind.CLOSED,
            day=day,
            starts=starts,
            ends=ends,
        )
        touched = [schedule] if schedule else list(Schedule.objects.filter(practice=practice).order_by("pk"))
        for each in touched:
            publish_slots(schedule=each, now=now)
    return len(touched)
