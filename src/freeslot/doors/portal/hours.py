"""The hours in which a practice's phone is answered, one line a weekday."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils.translation import gettext as _

from freeslot.practices.models import WEEKDAYS, Practice
from freeslot.web.facts import Place
from freeslot.web.formatting import time_range
from freeslot.web.formatting.locales import data


@dataclass(frozen=True)
class DayHours:
    day: str
    hours: str


def opening_hours(practice: Practice, place: Place | None) -> list[DayHours]:
    """Monday first; a day without hours says that it is closed. Nothing while no hours are entered at all."""
    if place is None or not any(practice.phone_hours.values()):
        return []
    names = data(place.locale).days["stand-alone"]["wide"]
    return [DayHours(names[index].capitalize(), _of(practice, key, place)) for index, key in enumerate(WEEKDAYS)]


def _of(practice: Practice, weekday: str, place: Place) -> str:
    pairs = practice.phone_hours.get(weekday, [])
    return ", ".join(_range(practice, *pair, place=place) for pair in sorted(pairs)) or _("closed")


def _range(practice: Practice, starts: str, ends: str, *, place: Place) -> str:
    # A day without a clock change: only the clock times are shown.
    day = datetime(2027, 1, 13, tzinfo=practice.tz)
    first, last = (datetime.combine(day, time.fromisoformat(text), practice.tz) for text in (starts, ends))
    return time_range(first, max(first + timedelta(minutes=1), last), zone=place.zone, locale=place.locale)
