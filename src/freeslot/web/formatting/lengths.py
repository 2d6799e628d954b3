"""Lengths of time in words: at most two units, never more than is left."""

from datetime import timedelta

from babel.units import format_unit
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.web.formatting.locales import data

MINUTE, HOUR, DAY = 60, 3600, 86400


def length(span: timedelta, *, locale: str) -> str:
    """`2 days 4 hours`, `1 hour 5 minutes`, `12 minutes`, `less than a minute`; rounded down."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < MINUTE:
        with override(data(locale).language):
            return _("less than a minute")
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // MINUTE
    units = [(days, "day"), (hours, "hour")] if days else [(hours, "hour"), (minutes, "minute")]
    words = [format_unit(count, f"duration-{unit}", locale=data(locale)) for count, unit in units if count]
    return " ".join(words)
