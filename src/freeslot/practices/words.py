"""A practice as its patients read it: whose clock and locale, and whether somebody answers the phone now."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.practices.models import Location, Practice, VisitType
from freeslot.web.facts import PhoneLine, Place
from freeslot.web.formatting import clock_short, day, locale_for, relative_day


def place_of(practice: Practice, *, language: str, now: datetime) -> Place:
    """The practice's zone with the reader's language; `language` may be empty for the practice's own."""
    locale = locale_for(language or practice.language, practice.country)
    return Place(zone=practice.zone, locale=locale, now=now)


def phone_line(practice: Practice, place: Place) -> PhoneLine:
    hours, opening = _hours(practice, place)
    return PhoneLine(number=practice.phone, country=practice.country, hours=hours, next_opening=opening)


def where_words(location: Location, visit_type: VisitType, *, is_discreet: bool) -> str:
    """The address, with the name of the location where that gives nothing away; never a video room's own."""
    if visit_type.by_video:
        return _("By video")
    named = location.name and not is_discreet and location.name not in location.address
    return f"{location.name}, {location.address}" if named else location.address


def _hours(practice: Practice, place: Place) -> tuple[str, str]:
    """Whether it is open now, and when it opens next where it is not."""
    with override(place.locale.split("_")[0]):
        if until := practice.phone_open_until(place.now):
            return _("open until %(time)s") % {"time": clock_short(until, zone=place.zone, locale=place.locale)}, ""
        opens = practice.phone_opens_at(place.now)
        if opens is None:
            return "", ""
        when = relative_day(opens, zone=place.zone, locale=place.locale, now=place.now) or day(
            opens, zone=place.zone, locale=place.locale, now=place.now
        )
        opening = f"{when} {clock_short(opens, zone=place.zone, locale=place.locale)}"
        return _("opens %(when)s") % {"when": opening}, opening
