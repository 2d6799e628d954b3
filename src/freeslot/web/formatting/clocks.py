"""Times of day: 10:00 am or 10:00 by locale, ranges, and the hour that a clock change makes happen twice."""

from datetime import date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.web.formatting.locales import data, speaks_twelve_hours

SOME_DAY = date(2000, 1, 1)


def clock(at: datetime, *, zone: str, locale: str) -> str:
    """`10:00 am`, `10:00`; on a clock-change night `1:30 am, the second time (EST)`."""
    words = _bare(at, zone=zone, locale=locale)
    return words + _which_of_two(at, zone=zone, locale=locale)


def clock_short(at: datetime, *, zone: str, locale: str) -> str:
    """As `clock`, without the minutes of a full hour where a word follows: `5 pm`, but `17:00`."""
    local = at.astimezone(ZoneInfo(zone))
    if not speaks_twelve_hours(locale) or local.minute:
        return clock(at, zone=zone, locale=locale)
    words = f"{_pattern(local, 'h', locale)} {_half(local, locale)}"
    return words + _which_of_two(at, zone=zone, locale=locale)


def time_range(starts_at: datetime, ends_at: datetime, *, zone: str, locale: str) -> str:
    """`10:00 – 10:20 am`, `11:50 am – 12:10 pm`, `10:00 – 10:20`."""
    first, last = clock(starts_at, zone=zone, locale=locale), clock(ends_at, zone=zone, locale=locale)
    start, end = (at.astimezone(ZoneInfo(zone)) for at in (starts_at, ends_at))
    plain = not has_two_of(starts_at, zone=zone) and not has_two_of(ends_at, zone=zone)
    if plain and speaks_twelve_hours(locale) and _half(start, locale) == _half(end, locale):
        first = _pattern(start, "h:mm", locale)
    return f"{first} – {last}"


def has_two_of(at: datetime, *, zone: str) -> bool:
    """Whether the clock on the wall shows this time twice that night."""
    local = at.astimezone(ZoneInfo(zone))
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _bare(at: datetime, *, zone: str, locale: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    if speaks_twelve_hours(locale):
        return f"{_pattern(local, 'h:mm', locale)} {_half(local, locale)}"
    return _pattern(local, str(data(locale).time_formats["short"].pattern), locale)


def _which_of_two(at: datetime, *, zone: str, locale: str) -> str:
    if not has_two_of(at, zone=zone):
        return ""
    local = at.astimezone(ZoneInfo(zone))
    name = local.tzname() or ""
    offset = name if name.isalpha() else f"UTC{name}"
    with override(data(locale).language):
        words = _("the second time (%(offset)s)") if local.fold else _("the first time (%(offset)s)")
    return ", " + words % {"offset": offset}


def _half(local: datetime, locale: str) -> str:
    return _pattern(local, "a", locale).lower().replace("\u00a0", "").replace("\u202f", "")


def _pattern(local: datetime, pattern: str, locale: str) -> str:
    return _written(local.time().replace(second=0, microsecond=0, fold=0), pattern, locale)


@lru_cache(maxsize=4096)
def _written(at: time, pattern: str, locale: str) -> str:
    """Kept: a list of times has the same few clock times every day, and each costs more to write than to find."""
    return str(format_datetime(datetime.combine(SOME_DAY, at), pattern, locale=data(locale)))
