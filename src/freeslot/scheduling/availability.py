"""Open times: what a patient may be offered, computed from the slots as they are at this instant.

Business rules (notice, horizon, most a day) come from the policy in force, closures and days off from the slots that
were published, buffers from the visit type. A hold that has lapsed by the clock is free here as everywhere.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection

from freeslot.database.rows import adapted, read_uuid
from freeslot.practices.models import VisitType, policy_for
from freeslot.scheduling.intervals import midnight
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.rulebook import BookingRules
from freeslot.scheduling.rules import rules_from

# A longer look ahead is asked for in pieces.
MOST_DAYS = 62
CHUNK = 96


@dataclass(frozen=True, slots=True)
class OpenTime:
    """A time a visit can have: its slots follow each other in one schedule. `ends_at` is the visit's end."""

    starts_at: datetime
    ends_at: datetime
    slot_ids: tuple[int, ...]
    practitioner_id: uuid.UUID
    location_id: uuid.UUID


@dataclass(frozen=True)
class Ask:
    """What is looked for. `practitioner_ids` are those who give the visit type, or the one that was chosen of them.

    `location_id` None is any place. `source` stands for all that the asker keeps while they book, `moving` is a visit
    of theirs that would give its slots back: both count as open.
    """

    visit_type: VisitType
    rules: BookingRules
    practitioner_ids: tuple[uuid.UUID, ...]
    location_id: uuid.UUID | None = None
    moving: Appointment | None = None
    source: str = ""

    @property
    def zone_day(self) -> "Days":
        return Days(self.visit_type)


@dataclass(frozen=True)
class Days:
    """The practice's own days as instants."""

    visit_type: VisitType

    def starts(self, day: date) -> datetime:
        return midnight(day, self.visit_type.practice.tz)

    def of(self, at: datetime) -> date:
        return at.astimezone(self.visit_type.practice.tz).date()


def ask_for(
    visit_type: VisitType,
    *,
    now: datetime,
    practitioner_id: uuid.UUID | None = None,
    location_id: uuid.UUID | None = None,
    moving: Appointment | None = None,
) -> Ask:
    """What the rules in force let a patient ask for; two statements. A practitioner who does not give the visit type
    has no open times, nor have those whom a move may not change to."""
    gives = VisitType.practitioners.through.objects.filter(visittype_id=visit_type.pk)
    for each in {practitioner_id, _bound(moving, "practitioner")} - {None}:
        gives = gives.filter(practitioner_id=each)
    given_by = tuple(gives.order_by("practitioner_id").values_list("practitioner_id", flat=True))
    rules = rules_from(policy_for(visit_type, now=now).rules).booking
    place = _bound(moving, "location")
    if place and location_id not in {None, place}:
        given_by = ()
    return Ask(visit_type, rules, given_by, location_id=place or location_id, moving=moving)


def _bound(moving: Appointment | None, what: str) -> uuid.UUID | None:
    """What the rules of a visit that is moved do not let change."""
    if moving is None or what in moving.rules.move.elsewhere:
        return None
    found: uuid.UUID = getattr(moving, f"{what}_id")
    return found


def open_times(ask: Ask, *, first: date, days: int, now: datetime) -> list[OpenTime]:
    """The open times from a local day on, in order of time; one statement, and one more where a day can be full.

    The time that a moving visit has already is not among them.
    """
    local = ask.zone_day
    earliest = max(local.starts(first), _soonest(ask, now))
    latest = min(local.starts(first + timedelta(days=min(days, MOST_DAYS))), _last(ask, now))
    if earliest >= latest or not ask.practitioner_ids:
        return []
    rows = _open_slots(ask, earliest, latest + ask.visit_type.taken, now)
    # A moving visit's own slots are read all or none of them; a time begins within what was asked for.
    found = [each for each in _times(rows, ask) if earliest <= each.starts_at < latest]
    if ask.moving is not None:
        found = [each for each in found if not _is_own(each, ask.moving)]
    return sorted(_not_full(found, ask), key=lambda each: (each.starts_at, each.practitioner_id))


def open_days(ask: Ask, *, first: date, days: int, now: datetime) -> dict[date, int]:
    """Which days have something, and how many times each."""
    found = Counter(ask.zone_day.of(each.starts_at) for each in open_times(ask, first=first, days=days, now=now))
    return dict(sorted(found.items()))


def next_open(ask: Ask, *, after: datetime, now: datetime) -> OpenTime | None:
    """The earliest open time from an instant on with each practitioner asked for; one indexed read for each, or one for
    all of them where nobody has a slot open.

    It reads all the others only where the first slots that are open cannot be put together to a visit.
    """
    people = ask.practitioner_ids
    if len(people) > 1 and not _read_from(max(after, _soonest(ask, now)), people, ask, now, limit=1):
        return None
    found = (_next_of(ask, practitioner_id, after, now) for practitioner_id in people)
    return min((each for each in found if each), key=lambda each: each.starts_at, default=None)


# The smallest step of the clock: an exclusive end that still holds the horizon's own instant.
STEP = timedelta(microseconds=1)
OPEN = """
    SELECT s.id, s.schedule_id, s.practitioner_id, s.location_id, s.starts_at, s.ends_at FROM scheduling_slot s
    WHERE s.practitioner_id {who} AND s.starts_at >= %s AND s.starts_at < %s
    AND s.status IN ('free', 'held') AND (s.status = 'free' OR s.held_until <= %s {mine}) {place}
    AND NOT s.is_withdrawn AND NOT s.overbooked
    ORDER BY {order} s.starts_at {limit}
"""
KEPT = "OR s.held_by IN (SELECT id FROM scheduling_checkout WHERE source = %s AND ended_at IS NULL)"
OWN = """
    SELECT s.id, s.schedule_id, s.practitioner_id, s.location_id, s.starts_at, s.ends_at FROM scheduling_slot s
    WHERE s.appointment_id = %s AND NOT s.overbooked
"""
Row = tuple[int, uuid.UUID, uuid.UUID, uuid.UUID, datetime, datetime]


def _open_slots(ask: Ask, earliest: datetime, latest: datetime, now: datetime) -> list[Row]:
    """The takeable slots by schedule and time, those that a moving visit would give back among them."""
    rows = slots_read(*_statement(ask, ask.practitioner_ids, earliest, latest, now, None))
    if ask.moving is not None and earliest - ask.visit_type.taken < ask.moving.starts_at < latest:
        own = slots_read(OWN, adapted(Slot, appointment=ask.moving.pk))
        rows += [row for row in own if row[2] in ask.practitioner_ids and ask.location_id in {None, row[3]}]
    return sorted(rows, key=lambda row: (row[1], row[4]))


def _statement(
    ask: Ask,
    practitioner_ids: Sequence[uuid.UUID],
    earliest: datetime,
    latest: datetime,
    now: datetime,
    limit: int | None,
) -> tuple[str, list[Any]]:
    people = [value for each in practitioner_ids for value in adapted(Slot, practitioner=each)]
    text = OPEN.format(
        who="= %s" if len(people) == 1 else f"IN ({', '.join(['%s'] * len(people))})",
        mine=KEPT if ask.source else "",
        place="AND s.location_id = %s" if ask.location_id else "",
        order="" if len(people) == 1 else "s.practitioner_id,",
        limit=f"LIMIT {limit}" if limit else "",
    )
    values = [*people, *adapted(Slot, starts_at=earliest), *adapted(Slot, starts_at=latest)]
    values += adapted(Slot, held_until=now)
    values += [ask.source] if ask.source else []
    return text, values + (adapted(Slot, location=ask.location_id) if ask.location_id else [])


def slots_read(text: str, values: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        found = cursor.fetchall()
    return found if connection.vendor == "postgresql" else [_row(*row) for row in found]


def _row(pk: int, schedule: str, practitioner: str, location: str, starts_at: datetime, ends_at: datetime) -> Row:
    """SQLite keeps ids as text (see `read_uuid`), and instants without their zone."""
    times = starts_at.replace(tzinfo=UTC), ends_at.replace(tzinfo=UTC)
    return pk, read_uuid(schedule), read_uuid(practitioner), read_uuid(location), *times


def _times(rows: Iterable[Row], ask: Ask) -> Iterator[OpenTime]:
    """Every run of open slots that follow each other and are long enough, none of them spare."""
    length, taken = ask.visit_type.length, ask.visit_type.taken
    for _, group in groupby(rows, key=lambda row: row[1]):
        slots = list(group)
        for index, (pk, _schedule, practitioner_id, location_id, starts_at, ends_at) in enumerate(slots):
            until = starts_at + taken
            # One slot is enough for most visits, and a list has hundreds of them.
            if run := (pk,) if ends_at >= until else run_from(slots, index, until):
                yield OpenTime(starts_at, starts_at + length, run, practitioner_id, location_id)


def run_from(slots: Sequence[Row], index: int, until: datetime) -> tuple[int, ...]:
    """The ids of the slots from `index` on that reach `until` without a gap; empty where they do not."""
    last = index
    while slots[last][5] < until:
        if last + 1 == len(slots) or slots[last + 1][4] != slots[last][5]:
            return ()
        last += 1
    return tuple(slot[0] for slot in slots[index : last + 1])


def _is_own(found: OpenTime, moving: Appointment) -> bool:
    return (found.starts_at, found.practitioner_id, found.location_id) == (
        moving.starts_at,
        moving.practitioner_id,
        moving.location_id,
    )


def _not_full(found: list[OpenTime], ask: Ask) -> list[OpenTime]:
    """Without the days on which a practitioner has as many visits of this type as the rules let them have."""
    most = ask.rules.most_per_day
    if most is None or not found:
        return found
    local = ask.zone_day
    taken = Appointment.objects.live().filter(
        practitioner_id__in=ask.practitioner_ids,
        visit_type=ask.visit_type,
        starts_at__gte=local.starts(local.of(min(each.starts_at for each in found))),
        starts_at__lt=local.starts(local.of(max(each.starts_at for each in found)) + timedelta(days=1)),
    )
    if ask.moving is not None:
        taken = taken.exclude(pk=ask.moving.pk)
    full = Counter((who, local.of(at)) for who, at in taken.values_list("practitioner_id", "starts_at"))
    return [each for each in found if full[each.practitioner_id, local.of(each.starts_at)] < most]


def _next_of(ask: Ask, practitioner_id: uuid.UUID, after: datetime, now: datetime) -> OpenTime | None:
    earliest = max(after, _soonest(ask, now))
    first = _read_from(earliest, [practitioner_id], ask, now, limit=CHUNK)
    found = _first_time(first, ask, now)
    if found or len(first) < CHUNK:
        return found
    return _first_time(_read_from(earliest, [practitioner_id], ask, now), ask, now)


def _first_time(rows: list[Row], ask: Ask, now: datetime) -> OpenTime | None:
    last, in_order = _last(ask, now), sorted(rows, key=lambda row: (row[1], row[4]))
    found = _not_full([each for each in _times(in_order, ask) if each.starts_at < last], ask)
    return min(found, key=lambda each: each.starts_at, default=None)


def _read_from(
    earliest: datetime, practitioner_ids: Sequence[uuid.UUID], ask: Ask, now: datetime, *, limit: int | None = None
) -> list[Row]:
    """The takeable slots, by practitioner and time, from an instant to the end of what may be booked."""
    return slots_read(*_statement(ask, practitioner_ids, earliest, _last(ask, now) + ask.visit_type.taken, now, limit))


def _soonest(ask: Ask, now: datetime) -> datetime:
    return max(now + ask.rules.notice, now + STEP)


def _last(ask: Ask, now: datetime) -> datetime:
    """The exclusive end of the horizon."""
    return now + ask.rules.horizon + STEP
