"""The month that the calendar shows: as it stands in an address, its weeks, and the months beside it."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

WRITTEN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 1)


@dataclass(frozen=True)
class Month:
    """`first` is its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @classmethod
    def read(cls, text: str, *, today: date) -> Self:
        """`2027-03`; for anything else the month of today."""
        found = WRITTEN.fullmatch(text)
        return cls(date(int(found[1]), int(found[2]), 1)) if found else cls.of(today)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def last(self) -> date:
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def previous(self) -> Self | None:
        return None if self.first <= FIRST else type(self).of(self.first - timedelta(days=1))

    @property
    def next(self) -> Self | None:
        return None if self.first >= LAST else type(self).of(self.last + timedelta(days=1))

    def weeks(self, first_weekday: int) -> list[list[date | None]]:
        """Rows of seven; None where the day belongs to another month."""
        weeks = calendar.Calendar(first_weekday).monthdatescalendar(self.first.year, self.first.month)
        return [[day if day.month == self.first.month else None for day in week] for week in weeks]
