"""Next available: who, over all practices, has an open time soonest; found live from the slots, never from a note.

The directory (`Listing`) says who might, the partial index `slot_open` when they have time: one look into it for each
practitioner of that specialty and place. Where one of them takes only so many visits a day, the visits of that day are
counted too. Rules that changed since the directory was written are asked again by the booking.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from freeslot.database.rows import adapted
from freeslot.scheduling.availability import STEP, OpenTime, run_from, slots_read
from freeslot.scheduling.intervals import midnight
from freeslot.scheduling.models import Listing, Slot
from freeslot.scheduling.states import LIVE

PAGE = 20
SECOND = timedelta(seconds=1)
# In hours, with some to spare.
LONGEST_DAY = 27


@dataclass(frozen=True)
class Cursor:
    """The last one of a page: what follows is later, or at the same time further down the directory."""

    starts_at: datetime
    listing_id: uuid.UUID


@dataclass(frozen=True)
class Opening:
    """`listing` comes with its practice, practitioner, location and visit type."""

    listing: Listing
    time: OpenTime

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.time.starts_at, self.listing.pk)


@dataclass(frozen=True)
class Search:
    """Without a city everywhere, without a payer whoever they take."""

    specialty: str
    city: str = ""
    payer: str = ""
    by_video: bool = False
    for_new: bool = True


def find_practitioners(
    search: Search, *, day: date, now: datetime, after: Cursor | None = None, most: int = PAGE
) -> list[Opening]:
    """Each practitioner and location once with their next open time from a local day on, the soonest first.

    Four statements, however many there are. The next page is what follows the last one's `cursor`.
    """
    where, values = _where(search)
    limits = _limits_by_zone(where, values)
    if not limits:
        return []
    room = _room() if any(limit is not None for limit in limits.values()) else ""
    found = _next_ones(where, values, room, _from(limits, day, now), now, after, most)
    listings = Listing.objects.select_related("practice", "practitioner", "location", "visit_type").in_bulk(
        [row[0] for row in found]
    )
    times = _times(found, listings)
    return [Opening(listings[row[0]], times[row[0]]) for row in found if row[0] in times]


Found = tuple[uuid.UUID, uuid.UUID, datetime]
ZONES = """
    SELECT p.zone, max(l.most_per_day)
    FROM scheduling_listing l JOIN practices_practice p ON p.id = l.practice_id WHERE {where} GROUP BY p.zone
"""
WHERE = "l.specialty = %s AND l.by_video = %s AND l.for_new = %s AND p.online_booking <> 'nobody'"
OPEN = """
    {slot}.status IN ('free', 'held') AND ({slot}.status = 'free' OR {slot}.held_until <= %s)
    AND NOT {slot}.is_withdrawn AND NOT {slot}.overbooked
"""
# Open slots of one schedule that end late enough and leave no gap: they last as long as from the first to the end.
RUN = """
    SELECT max(r.ends_at) >= {ends} AND sum({r_ends} - {r_starts}) = {last} - {first}
    FROM scheduling_slot r WHERE r.practitioner_id = l.practitioner_id AND r.schedule_id = o.schedule_id
    AND r.starts_at >= o.starts_at AND r.starts_at < {ends} AND {open}
"""
NEXT = """
    SELECT l.id, s.schedule_id, s.starts_at
    FROM scheduling_listing l
    JOIN practices_practice p ON p.id = l.practice_id
    JOIN scheduling_slot s ON s.id = (
        SELECT o.id FROM scheduling_slot o
        WHERE o.practitioner_id = l.practitioner_id AND o.location_id = l.location_id AND {open}
        AND o.starts_at >= CASE p.zone {zones} END AND o.starts_at >= {notice} AND o.starts_at <= {horizon}
        AND (o.ends_at >= {ends} OR ({run})) {room}
        ORDER BY o.starts_at LIMIT 1
    )
    WHERE {where} {after}
    ORDER BY s.starts_at, l.id LIMIT %s
"""
# The visits of the practice's own day, out of those that the index finds around the slot.
ROOM = """
    AND (l.most_per_day IS NULL OR l.most_per_day > (
        SELECT count(*) FROM scheduling_appointment a
        WHERE a.practitioner_id = l.practitioner_id AND a.visit_type_id = l.visit_type_id AND a.status IN ({live})
        AND a.starts_at > {before} AND a.starts_at < {after} AND {day_of_visit} = {day_of_slot}
    ))
"""
RUNS = """
    SELECT s.id, s.schedule_id, s.practitioner_id, s.location_id, s.starts_at, s.ends_at FROM scheduling_slot s
    WHERE NOT s.overbooked AND ({ranges}) ORDER BY s.starts_at
"""


def _where(search: Search) -> tuple[str, list[Any]]:
    facts = {"specialty": search.specialty, "by_video": search.by_video, "for_new": search.for_new}
    where, values = WHERE, adapted(Listing, **facts)
    if search.city:
        where, values = f"{where} AND l.city = %s", [*values, search.city.casefold()]
    if search.payer:
        return f"{where} AND l.payer IN ('', %s)", [*values, search.payer]
    return f"{where} AND l.is_first", values


def _limits_by_zone(where: str, values: Sequence[Any]) -> dict[str, int | None]:
    """The zones of those who are looked at, and the highest limit a day there is in each, if any."""
    with connection.cursor() as cursor:
        cursor.execute(ZONES.format(where=where), values)
        return dict(cursor.fetchall())


def _room() -> str:
    """That the practitioner's limit leaves room for one more visit of this kind on the day of the slot."""
    return ROOM.format(
        live=", ".join(f"'{status}'" for status in sorted(LIVE)),
        before=_hours_from("o.starts_at", -LONGEST_DAY),
        after=_hours_from("o.starts_at", LONGEST_DAY),
        day_of_visit=_local_day("a.starts_at"),
        day_of_slot=_local_day("o.starts_at"),
    )


def _from(zones: Iterable[str], day: date, now: datetime) -> dict[str, datetime]:
    """When the day begins in each zone; what is past is over everywhere."""
    return {zone: max(midnight(day, ZoneInfo(zone)), now + STEP) for zone in zones}


def _next_ones(
    where: str,
    values: list[Any],
    room: str,
    earliest: dict[str, datetime],
    now: datetime,
    after: Cursor | None,
    most: int,
) -> list[Found]:
    # SQLite reckons with whole seconds; slots begin on them.
    floor = now.replace(microsecond=0)
    ceiling = floor if floor == now else floor + SECOND
    held_until = adapted(Slot, held_until=now)
    ends = _later("o.starts_at", "l.taken")
    run = RUN.format(
        ends=ends,
        r_ends=_seconds("r.ends_at"),
        r_starts=_seconds("r.starts_at"),
        last=_seconds("max(r.ends_at)"),
        first=_seconds("o.starts_at"),
        open=OPEN.format(slot="r"),
    )
    text = NEXT.format(
        open=OPEN.format(slot="o"),
        zones=" ".join(["WHEN %s THEN " + _instant()] * len(earliest)),
        notice=_later(_instant(), "l.notice"),
        horizon=_later(_instant(), "l.horizon"),
        ends=ends,
        run=run,
        room=room,
        where=where,
        after="AND (s.starts_at, l.id) > (%s, %s)" if after else "",
    )
    begins = [each for zone, at in earliest.items() for each in (zone, *adapted(Slot, starts_at=at))]
    bounds = [*begins, *adapted(Slot, starts_at=ceiling), *adapted(Slot, starts_at=floor)]
    behind = [*adapted(Slot, starts_at=after.starts_at), *adapted(Listing, id=after.listing_id)] if after else []
    with connection.cursor() as cursor:
        cursor.execute(text, [*held_until, *bounds, *held_until, *values, *behind, most])
        rows = cursor.fetchall()
    return rows if connection.vendor == "postgresql" else [_found(*row) for row in rows]


def _instant() -> str:
    return "CAST(%s AS timestamptz)" if connection.vendor == "postgresql" else "%s"


def _later(at: str, length: str) -> str:
    """SQLite keeps lengths as microseconds, and instants as text."""
    if connection.vendor == "postgresql":
        return f"{at} + {length}"
    return f"datetime({at}, ({length} / 1000000) || ' seconds')"


def _hours_from(at: str, hours: int) -> str:
    if connection.vendor == "postgresql":
        return f"{at} + interval '{hours} hours'"
    return f"datetime({at}, '{hours} hours')"


def _local_day(at: str) -> str:
    """By the practice's clock; SQLite knows no zones but by what Django gives it."""
    if connection.vendor == "postgresql":
        return f"CAST({at} AT TIME ZONE p.zone AS date)"
    return f"django_datetime_cast_date({at}, p.zone, 'UTC')"


def _seconds(at: str) -> str:
    if connection.vendor == "postgresql":
        return f"extract(epoch FROM {at})"
    return f"CAST(strftime('%%s', {at}) AS integer)"


def _found(listing: str, schedule: str, starts_at: datetime) -> Found:
    return uuid.UUID(listing), uuid.UUID(schedule), starts_at.replace(tzinfo=UTC)


def _times(found: Sequence[Found], listings: dict[uuid.UUID, Listing]) -> dict[uuid.UUID, OpenTime]:
    """The slots of each one's time in one statement; without those that were taken away this very moment."""
    if not found:
        return {}
    values: list[Any] = []
    for listing_id, schedule_id, starts_at in found:
        listing = listings[listing_id]
        until = starts_at + listing.taken
        values += adapted(Slot, practitioner=listing.practitioner_id, schedule=schedule_id)
        values += [*adapted(Slot, starts_at=starts_at), *adapted(Slot, starts_at=until)]
    one = "(s.practitioner_id = %s AND s.schedule_id = %s AND s.starts_at >= %s AND s.starts_at < %s)"
    rows = slots_read(RUNS.format(ranges=" OR ".join([one] * len(found))), values)
    times = {}
    for listing_id, schedule_id, starts_at in found:
        listing = listings[listing_id]
        until = starts_at + listing.taken
        mine = [row for row in rows if row[1] == schedule_id and starts_at <= row[4] < until]
        if mine and (run := run_from(mine, 0, until)):
            ends_at = starts_at + listing.visit_type.length
            times[listing_id] = OpenTime(starts_at, ends_at, run, listing.practitioner_id, listing.location_id)
    return times
