"""A time as a form sends it: read, turned into the slots it would take, and the nearest others where it is not open.

The value is `STARTS_AT~PRACTITIONER_ID`: an instant with its offset, so that no clock change can make two of it.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.practices.models import VisitType
from freeslot.scheduling.availability import Ask, OpenTime, open_times
from freeslot.scheduling.errors import SlotsUnsuitable, Unsuitable
from freeslot.scheduling.intervals import is_skipped
from freeslot.scheduling.models import Slot
from freeslot.scheduling.reading import read_slots
from freeslot.visits.unsuitable import NothingPicked, NotThen

BETWEEN = "~"
NEAR, MOST_NEAR = timedelta(days=4), 6
LONGEST_VALUE = 80
# Of what can be computed with: to either end of the calendar there is room for any visit, zone and series.
YEARS = range(1000, 9000)
NOT_OFFERED = gettext_lazy("That is none of the times that were offered. Pick one of those in the list.")


@dataclass(frozen=True)
class Picked:
    """The time somebody picked, whether or not there is one."""

    starts_at: datetime
    practitioner_id: uuid.UUID


def value_of(time: OpenTime | Picked, zone: ZoneInfo) -> str:
    """The form value of a time, its start in the practice's offset."""
    return f"{time.starts_at.astimezone(zone).isoformat()}{BETWEEN}{time.practitioner_id}"


def picked_from(value: str, zone: ZoneInfo) -> Picked:
    """Raises NotThen: for nothing picked, a time without an offset or at an end of the calendar, or a clock time that
    there is not that night."""
    if not value:
        raise NothingPicked(_("Pick one of the times in the list."))
    moment, _between, practitioner = value[:LONGEST_VALUE].partition(BETWEEN)
    try:
        starts_at, practitioner_id = datetime.fromisoformat(moment), uuid.UUID(practitioner)
        is_none = starts_at.utcoffset() != timedelta(0) and is_skipped(starts_at.replace(tzinfo=zone))
        picked = Picked(starts_at.astimezone(UTC), practitioner_id)
    except (ValueError, OverflowError):
        raise NotThen(str(NOT_OFFERED)) from None
    if is_none:
        raise NotThen(_("There is no such time that night: the clocks go forward over it."))
    if starts_at.tzinfo is None or picked.starts_at.year not in YEARS:
        raise NotThen(str(NOT_OFFERED))
    return picked


def slots_at(picked: Picked, visit_type: VisitType, *, now: datetime) -> list[Slot]:
    """The slots that a visit at that time would take; one statement. Whether they suit and are free, the operation that
    takes them says.

    Raises SlotsUnsuitable where the practitioner has none then, or too few.
    """
    if picked.starts_at <= now:
        raise SlotsUnsuitable(Unsuitable.PAST)
    until = picked.starts_at + visit_type.taken
    found = read_slots(picked.practitioner_id, starts_at=picked.starts_at, until=until)
    if not found or found[0].starts_at != picked.starts_at:
        raise SlotsUnsuitable(Unsuitable.GONE)
    return [slot for slot in found if slot.schedule_id == found[0].schedule_id]


def nearest(ask: Ask, around: datetime | None, *, now: datetime) -> list[OpenTime]:
    """The open times nearest to an instant, in order of time; around none, the first there are."""
    wished = min(max(around or now, now), now + ask.rules.horizon)
    first = max(ask.zone_day.of(wished - NEAR), ask.zone_day.of(now))
    found = open_times(ask, first=first, days=2 * NEAR.days + 1, now=now)
    closest = sorted(found, key=lambda each: abs(each.starts_at - wished))[:MOST_NEAR]
    return sorted(closest, key=lambda each: each.starts_at)
