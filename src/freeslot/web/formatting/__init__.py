"""Days, times, zones, lengths, money and telephone numbers in the reader's own form; every function is pure."""

from freeslot.web.formatting.amounts import money, phone, phone_link
from freeslot.web.formatting.clocks import clock, clock_short, has_two_of, time_range
from freeslot.web.formatting.days import (
    DayParts,
    brief_day,
    day,
    day_parts,
    is_today,
    moment,
    near_clock,
    relative_day,
    weekday,
)
from freeslot.web.formatting.lengths import length
from freeslot.web.formatting.locales import direction, locale_for
from freeslot.web.formatting.zones import zone_words

__all__ = [
    "DayParts",
    "brief_day",
    "clock",
    "clock_short",
    "day",
    "day_parts",
    "direction",
    "has_two_of",
    "is_today",
    "length",
    "locale_for",
    "moment",
    "money",
    "near_clock",
    "phone",
    "phone_link",
    "relative_day",
    "time_range",
    "weekday",
    "zone_words",
]
