"""Draws the calendar of one's visits: a month as a table where there is room, and as an agenda; both say the same.

A visit stands on the day that it is at its practice; today is marked as it is at the practice that frames the page, or
where the next visit is, and said of each practice where it differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from freeslot.accounts.feeds import feed_of
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment
from freeslot.visits.asking import Asker
from freeslot.visits.bookable import bookable_practices
from freeslot.visits.forms import new_key
from freeslot.visits.frames import frame_for, place_of
from freeslot.visits.months import Month
from freeslot.visits.rows import Row, rows_of
from freeslot.web.facts import Place
from freeslot.web.formatting import day, locale_for, zone_words
from freeslot.web.formatting.lists import listed
from freeslot.web.formatting.months import first_weekday, month_words, weekdays
from freeslot.web.frame import set_frame

CALENDAR = "calendar"
# No zone is further from UTC than this, so no visit of the month lies further outside it.
FURTHEST = timedelta(hours=15)


@dataclass(frozen=True)
class Way:
    """To another month: its address and its name."""

    address: str
    month: str


@dataclass(frozen=True)
class Day:
    """One day of the month with its visits in order of time; `noon` is an instant of it, to name it by."""

    on: date
    noon: datetime
    is_today: bool
    rows: list[Row] = field(default_factory=list)


def calendar_page(request: HttpRequest, asker: Asker, *, now: datetime) -> HttpResponse:
    mine = Appointment.objects.visible_to(asker.actor, now)
    practices = {
        each.slug: each for each in Practice.objects.filter(pk__in=mine.values("practice_id")).order_by("name")
    }
    upcoming = mine.live().select_related("practice").filter(ends_at__gt=now).order_by("starts_at").first()
    place = _place(request, practices, upcoming, now)
    today = now.astimezone(ZoneInfo(place.zone)).date()
    month = Month.read(request.GET.get("month", ""), today=today)
    days = _days(month, today, place, _rows(month, mine, asker, now))
    context = {
        "asker": asker,
        "place": place,
        "today": _today_words(place, [place_of(each, now) for each in practices.values()]),
        "month": month_words(month.first, locale=place.locale),
        "weekdays": weekdays(place.locale),
        "weeks": [[days.get(on) if on else None for on in week] for week in month.weeks(first_weekday(place.locale))],
        "agenda": [day for day in days.values() if day.rows],
        "beside": _beside(request, month, today, upcoming, place.locale),
        "list": page_of_mine(request),
        "bookable": bookable_practices(practices.values(), asker=asker, now=now),
        "feed": feed_of(asker.user_id) if asker.user_id else None,
        "key": new_key(),
    }
    return render(request, "visits/calendar.html", context)


def page_of_mine(request: HttpRequest, **asked: str) -> str:
    """The list's address, or the calendar's; the practice whose portal one came from goes along."""
    practice = request.GET.get("practice", "")
    asked = ({"practice": practice} if practice else {}) | asked
    return reverse("appointments") + (f"?{urlencode(asked)}" if asked else "")


def _place(request: HttpRequest, practices: dict[str, Practice], upcoming: Appointment | None, now: datetime) -> Place:
    """That of the practice whose portal one comes from, or of the only one there is, and its frame; ours among several,
    and the clock of the next visit."""
    only = next(iter(practices)) if len(practices) == 1 else ""
    practice = practices.get(request.GET.get("practice", only) or only)
    if practice:
        set_frame(request, frame_for(practice, now))
    nearest = practice or (upcoming.practice if upcoming else next(iter(practices.values()), None))
    return (
        place_of(nearest, now) if nearest else Place(zone="UTC", locale=locale_for(get_language() or "", ""), now=now)
    )


def _today_words(place: Place, places: Sequence[Place]) -> str:
    """`Wed 3 March (New York time)`; no zone where several have the same day, each zone where not."""
    zones = {each.zone: day(place.now, zone=each.zone, locale=place.locale, now=place.now) for each in (place, *places)}
    if len(zones) > 1 and len(set(zones.values())) == 1:
        return zones[place.zone]
    named = [f"{today} ({zone_words(zone, place.locale)})" for zone, today in zones.items()]
    return listed(named, locale=place.locale)


def _rows(month: Month, mine: Any, asker: Asker, now: datetime) -> list[Row]:
    starts = datetime.combine(month.first, time(), ZoneInfo("UTC")) - FURTHEST
    ends = datetime.combine(month.last, time.max, ZoneInfo("UTC")) + FURTHEST
    visits = mine.for_pages().filter(starts_at__gt=starts, starts_at__lt=ends).order_by("starts_at", "pk")
    return rows_of(visits, asker=asker, now=now)


def _days(month: Month, today: date, place: Place, rows: Sequence[Row]) -> dict[date, Day]:
    """All days of the month; a visit at its edge that falls into another month there is left out."""
    days: dict[date, Day] = {}
    for ahead in range(month.last.day):
        on = month.first + timedelta(days=ahead)
        noon = datetime.combine(on, time(12), ZoneInfo(place.zone))
        days[on] = Day(on, noon, on == today)
    for row in rows:
        on = row.visit.starts_at.astimezone(row.visit.practice.tz).date()
        if on in days:
            days[on].rows.append(row)
    return days


def _beside(
    request: HttpRequest, month: Month, today: date, upcoming: Appointment | None, locale: str
) -> dict[str, Way]:
    """Where one can go from here; a month's own page leads not to itself."""
    ways = {"previous": month.previous, "next": month.next, "this": Month.of(today)}
    if upcoming:
        ways["upcoming"] = Month.of(upcoming.starts_at.astimezone(upcoming.practice.tz).date())
    return {
        name: Way(page_of_mine(request, view=CALENDAR, month=str(way)), month_words(way.first, locale=locale))
        for name, way in ways.items()
        if way and way != month
    }
