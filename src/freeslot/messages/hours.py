"""The hours in which a practice answers its phone, as a week: what stays true however late a message is read."""

from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django.utils.translation import gettext as _

from freeslot.practices.models import WEEKDAYS, Practice
from freeslot.web.facts import Place
from freeslot.web.formatting import clock_short
from freeslot.web.formatting.locales import data

Hours = tuple[tuple[str, str], ...]


def phone_hours_words(practice: Practice, place: Place) -> str:
    """`Mon – Fri 8 am – 5 pm, Sat 9 am – 12 pm`; days in a row with the same hours are said once."""
    week: list[Hours] = [tuple((first, last) for first, last in practice.phone_hours.get(day, [])) for day in WEEKDAYS]
    names = get_day_names("abbreviated", locale=data(place.locale))
    said = []
    for hours, run in groupby(range(len(week)), key=lambda day: week[day]):
        if hours:
            days = [str(names[day]).rstrip(".") for day in run]
            said.append(f"{_days(days)} {_times(hours, place)}")
    return ", ".join(said)


def _days(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}"


def _times(hours: Hours, place: Place) -> str:
    return _(" and ").join(f"{_clock(first, place)} – {_clock(last, place)}" for first, last in hours)


def _clock(text: str, place: Place) -> str:
    # Only the clock time is said, so any day without a clock change serves to write it.
    at = datetime.combine(date(2027, 1, 13), time.fromisoformat(text), ZoneInfo(place.zone))
    return clock_short(at, zone=place.zone, locale=place.locale)
