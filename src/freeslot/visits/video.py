"""Visits by video: when the way in is open, and the patient's own clock beside the practice's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import Status
from freeslot.web.facts import Place
from freeslot.web.formatting import moment, zone_words

ZONE = "zone"
# Time to try camera and sound. Nothing that is a practice's to weigh hangs on it, so it is none of their rules.
OPENS_BEFORE = timedelta(minutes=15)
# Who is late, or whose visit takes longer, still comes in.
OPEN_AFTER = timedelta(minutes=30)
# What a page without scripts offers: for each clock in use a place that many people know.
ZONES = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix", "America/Denver",
    "America/Chicago", "America/Mexico_City", "America/New_York", "America/Bogota", "America/Puerto_Rico",
    "America/Halifax", "America/Sao_Paulo", "Atlantic/Azores", "Europe/London", "Europe/Berlin", "Europe/Athens",
    "Africa/Lagos", "Africa/Johannesburg", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok",
    "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip


class Way(StrEnum):
    """How it stands with the way into the room."""

    OPEN = "open"
    EARLY = "early"
    OVER = "over"
    DEAD = "dead"


def way_in(visit: Appointment, now: datetime) -> Way:
    """Dead once the visit is not booked any more, or nobody has given the practitioner a room."""
    if visit.status not in {Status.BOOKED, Status.ARRIVED} or not visit.practitioner.video_room:
        return Way.DEAD
    if now >= visit.ends_at + OPEN_AFTER:
        return Way.OVER
    return Way.OPEN if now >= visit.starts_at - OPENS_BEFORE else Way.EARLY


@dataclass(frozen=True)
class OwnClock:
    """`words` is the time by the patient's clock, empty while no other clock than the practice's was named."""

    words: str
    zone: str
    zones: list[tuple[str, str]]


def own_clock(request: HttpRequest, starts_at: datetime, place: Place) -> OwnClock:
    """By the zone in the page's address, where a script puts it, or the reader; or in a form that came from there."""
    named = (request.POST or request.GET).get(ZONE, "")
    zone = named if named in available_timezones() and "/" in named else ""
    words = moment(starts_at, zone=zone, locale=place.locale, now=place.now) if _differs(zone, starts_at, place) else ""
    zones = sorted((zone_words(each, place.locale), each) for each in {*ZONES, place.zone, *([zone] if zone else [])})
    return OwnClock(words, zone or place.zone, [(each, name) for name, each in zones])


def _differs(zone: str, at: datetime, place: Place) -> bool:
    """Whether the two clocks show another time at that instant, whatever their zones are called."""
    return bool(zone) and at.astimezone(ZoneInfo(zone)).utcoffset() != at.astimezone(ZoneInfo(place.zone)).utcoffset()
