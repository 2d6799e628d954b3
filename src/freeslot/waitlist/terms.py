"""What an earlier time must be like for somebody who wishes for one: pure, by the practice's own clock."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """`before_on` is the first local day that is too late. `weekdays` count from Monday = 0, none of them is any.

    The whole visit lies between the two clock times. `practitioner_id` None is whoever gives this kind of visit;
    `notice` is how long beforehand the patient must learn of it.
    """

    before_on: date
    weekdays: frozenset[int] = frozenset()
    starts_from: time | None = None
    ends_until: time | None = None
    practitioner_id: uuid.UUID | None = None
    notice: timedelta = DAY

    def are_met_by(self, starts_at: datetime, ends_at: datetime, *, zone: ZoneInfo, now: datetime) -> bool:
        """Whether a visit at that time would do; the last instant of the notice is still in time."""
        starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
        if starts.date() >= self.before_on or starts_at < now + self.notice:
            return False
        return self.suit_day(starts.date()) and self._suit_clock(starts, ends)

    def suit_day(self, day: date) -> bool:
        return day < self.before_on and (not self.weekdays or day.weekday() in self.weekdays)

    def _suit_clock(self, starts: datetime, ends: datetime) -> bool:
        if self.starts_from and starts.time() < self.starts_from:
            return False
        return self.ends_until is None or (ends.date() == starts.date() and ends.time() <= self.ends_until)

    def are_over(self, *, zone: ZoneInfo, now: datetime) -> bool:
        """Whether no time at all can meet them any more."""
        return (now + self.notice).astimezone(zone).date() >= self.before_on
