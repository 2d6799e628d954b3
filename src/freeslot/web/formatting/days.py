"""Days: weekday, number and month in the order the language speaks them, and whether that is today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.web.formatting.clocks import clock
from freeslot.web.formatting.locales import data
from freeslot.web.formatting.zones import zone_words

# One order for a language in every country, so that the card, the sentence and the mail say the same.
PATTERNS = {"en": "EEE d MMMM", "es": "EEEE d 'de' MMMM"}
BRIEF = {"en": "EEE d MMM", "es": "EEE d MMM"}
WITH_YEAR = {"en": "{day} {year}", "es": "{day} de {year}"}
FAR = timedelta(days=300)
LONGEST_MONTH = 5


@dataclass(frozen=True, slots=True)
class DayParts:
    """What the visit card shows large: `Tue`, `3`, `March`; `year` is empty near today."""

    weekday: str
    number: str
    month: str
    year: str


def day(at: datetime, *, zone: str, locale: str, now: datetime) -> str:
    """`Tue 3 March`, `martes 3 de marzo`; with the year when more than 300 days from `now`."""
    local = at.astimezone(ZoneInfo(zone))
    words = _spoken(local, PATTERNS, "MMMMEd", locale)
    year = _year(at, local, now)
    return WITH_YEAR.get(data(locale).language, "{day} {year}").format(day=words, year=year) if year else words


def brief_day(at: datetime, *, zone: str, locale: str) -> str:
    """`Tue 3 Mar`: for labels with little room, never alone."""
    return _spoken(at.astimezone(ZoneInfo(zone)), BRIEF, "MMMEd", locale)


def weekday(at: datetime, *, zone: str, locale: str) -> str:
    return _format(at.astimezone(ZoneInfo(zone)), "EEE", locale)


def day_parts(at: datetime, *, zone: str, locale: str, now: datetime) -> DayParts:
    local = at.astimezone(ZoneInfo(zone))
    month = _format(local, "LLLL", locale)
    if len(month) > LONGEST_MONTH:
        month = _format(local, "LLL", locale).rstrip(".")
    return DayParts(
        weekday=_format(local, "EEE", locale).rstrip("."),
        number=_format(local, "d", locale),
        month=month,
        year=_year(at, local, now),
    )


def moment(at: datetime, *, zone: str, locale: str, now: datetime) -> str:
    """`Mon 2 March, 10:00 am (New York time)`."""
    return f"{day_and_clock(at, zone=zone, locale=locale, now=now)} ({zone_words(zone, locale)})"


def day_and_clock(at: datetime, *, zone: str, locale: str, now: datetime) -> str:
    """`Mon 2 March, 10:00 am`: where the zone stands beside it already."""
    return f"{day(at, zone=zone, locale=locale, now=now)}, {clock(at, zone=zone, locale=locale)}"


def near_clock(at: datetime, *, zone: str, locale: str, now: datetime) -> str:
    """`10:00 am` for today, `Mon 2 March, 10:00 am` for any other day: where the zone stands beside it already."""
    if is_today(at, zone=zone, now=now):
        return clock(at, zone=zone, locale=locale)
    return day_and_clock(at, zone=zone, locale=locale, now=now)


def is_today(at: datetime, *, zone: str, now: datetime) -> bool:
    """By the calendar on the practice's wall."""
    there = ZoneInfo(zone)
    return at.astimezone(there).date() == now.astimezone(there).date()


def relative_day(at: datetime, *, zone: str, locale: str, now: datetime) -> str:
    """`today`, `tomorrow`, `yesterday`, or nothing: by the calendar on the practice's wall."""
    there = ZoneInfo(zone)
    distance = (at.astimezone(there).date() - now.astimezone(there).date()).days
    with override(data(locale).language):
        return {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}.get(distance, "")


def _spoken(local: datetime, patterns: dict[str, str], skeleton: str, locale: str) -> str:
    pattern = patterns.get(data(locale).language)
    if pattern:
        return _format(local, pattern, locale)
    return str(format_skeleton(skeleton, local, locale=data(locale), fuzzy=True))


def _year(at: datetime, local: datetime, now: datetime) -> str:
    return str(local.year) if abs(at - now) > FAR else ""


def _format(local: datetime, pattern: str, locale: str) -> str:
    return str(format_datetime(local, pattern, locale=data(locale)))
