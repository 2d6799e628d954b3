"""Months: their name with the year, and the days of the week in the order in which a country counts them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_date, format_skeleton

from freeslot.web.formatting.locales import data

A_MONDAY = date(2027, 1, 4)


@dataclass(frozen=True, slots=True)
class Weekday:
    """`Mon` where there is little room, `Monday` read aloud."""

    short: str
    name: str


def month_words(month: date, *, locale: str) -> str:
    """`March 2027`, `marzo de 2027`."""
    return str(format_skeleton("yMMMM", datetime.combine(month, time()), locale=data(locale)))


def first_weekday(locale: str) -> int:
    """With which day a week begins: 0 is Monday."""
    return int(data(locale).first_week_day)


def weekdays(locale: str) -> list[Weekday]:
    first = first_weekday(locale)
    days = [A_MONDAY + timedelta(days=first + ahead) for ahead in range(7)]
    return [Weekday(_format(each, "ccc", locale).rstrip("."), _format(each, "cccc", locale)) for each in days]


def _format(each: date, pattern: str, locale: str) -> str:
    return str(format_date(each, pattern, locale=data(locale)))
