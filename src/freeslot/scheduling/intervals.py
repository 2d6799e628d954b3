"""From local clock times to instants, and slots out of opening hours: pure, and right on clock-change nights.

The rule for such nights: a local time that does not exist means the first instant after the gap; a local time that
exists twice means the first for the start of opening hours, the second for their end and for a deadline, so that
neither a patient nor a practice loses the hour.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Interval = tuple[datetime, datetime]


@dataclass(frozen=True)
class Hours:
    """Opening hours of one day in local time; `weekday` counts from Monday = 0."""

    weekday: int
    starts: time
    ends: time


def instant(day: date, clock: time, zone: ZoneInfo, *, later: bool) -> datetime:
    """The instant (UTC) of a local clock time; `later` chooses the second one where it exists twice."""
    local = datetime.combine(day, clock, zone).replace(fold=int(later))
    if is_skipped(local):
        return _end_of_gap(local)
    return local.astimezone(UTC)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a local day begins."""
    return instant(day, time(0), zone, later=False)


def whole_day(day: date, zone: ZoneInfo) -> Interval:
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def is_skipped(local: datetime) -> bool:
    """Whether a local time falls into the gap of a clock change."""
    back = local.astimezone(UTC).astimezone(local.tzinfo)
    return back.replace(tzinfo=None) != local.replace(tzinfo=None)


def _end_of_gap(local: datetime) -> datetime:
    before = local.replace(fold=1).utcoffset()
    after = local.replace(fold=0).utcoffset()
    # In a gap fold=0 reads the clock with the offset before the change, fold=1 with the one after it (PEP 495).
    early, late = sorted([local.replace(tzinfo=None) - offset for offset in (before, after) if offset is not None])
    low, high = early.replace(tzinfo=UTC), late.replace(tzinfo=UTC)
    offset_before = low.astimezone(local.tzinfo).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(local.tzinfo).utcoffset() == offset_before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def open_intervals(day: date, hours: Iterable[Hours], zone: ZoneInfo) -> list[Interval]:
    """The opening hours of one day as instants, in order; hours that end at or before their start are left out.

    Hours that overlap become one, or they would be cut into slots that overlap: as written, or on the night on which
    "until 01:30" and "from 01:30" are an hour apart.
    """
    pairs = [
        (instant(day, each.starts, zone, later=False), instant(day, each.ends, zone, later=True))
        for each in hours
        if each.weekday == day.weekday()
    ]
    joined: list[Interval] = []
    for starts, ends in sorted(pair for pair in pairs if pair[0] < pair[1]):
        if joined and starts < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((starts, ends))
    return joined


def subtract(intervals: Iterable[Interval], closed: Iterable[Interval]) -> list[Interval]:
    """What is left of `intervals` when `closed` is taken away."""
    left = list(intervals)
    for closed_from, closed_until in closed:
        left = [piece for each in left for piece in _without(each, closed_from, closed_until)]
    return left


def _without(interval: Interval, closed_from: datetime, closed_until: datetime) -> list[Interval]:
    starts, ends = interval
    pieces = [(starts, min(ends, closed_from)), (max(starts, closed_until), ends)]
    return [piece for piece in pieces if piece[0] < piece[1]]


def overlaps(one: Interval, other: Interval) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def pieces(interval: Interval, length: timedelta) -> Iterator[Interval]:
    """Cuts an interval into whole pieces of `length`; what is left over at the end is not offered."""
    starts, ends = interval
    while starts + length <= ends:
        yield starts, starts + length
        starts += length
