"""Instants at which the demo might be made: every hour of an ordinary week's end and of clock-change nights."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freeslot.demo.practices import HOUSES

CLOCK_CHANGES = ("2026-10-25", "2026-11-01", "2027-03-14", "2027-03-28")


def instants() -> Iterator[datetime]:
    """In each zone: Sunday 23:30, just before and after 18:00, and the whole night of every clock change."""
    for zone in [ZoneInfo(house.zone) for house in HOUSES]:
        for clock in ("2026-11-22T23:30:17", "2027-01-06T17:59:58", "2027-01-06T18:00:00", "2027-02-28T12:00:00"):
            yield datetime.fromisoformat(clock).replace(tzinfo=zone).astimezone(UTC)
        for day in CLOCK_CHANGES:
            begins = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=zone).astimezone(UTC)
            yield from (begins + timedelta(minutes=19 * step) for step in range(-12, 24))
