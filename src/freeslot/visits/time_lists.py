"""Open times as a page lists them: by day, with the way to earlier and later days, and what narrows the list."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from freeslot.scheduling.availability import Ask, OpenTime, next_open, open_times
from freeslot.visits.offers import FROM, PLACE, PRACTITIONER, Look, Offer
from freeslot.visits.times import value_of
from freeslot.visits.video import ZONE
from freeslot.web.facts import Choice, Narrowing, Place, StripDay, TimeList, TimesOfDay
from freeslot.web.formatting import clock
from freeslot.web.formatting.days import day_and_clock

# How far one page looks ahead, and how much of that it shows.
AHEAD, MOST_DAYS, MOST_TIMES = timedelta(days=14), 5, 40
BACK = timedelta(days=7)
# A list for a visit that moves begins so long before its day.
BEFORE = timedelta(days=2)


def time_list(
    offer: Offer,
    look: Look,
    *,
    place: Place,
    address: str,
    kept: Mapping[str, str] | None = None,
    chosen: str = "",
    near: Iterable[OpenTime] = (),
) -> TimeList:
    """The first days that have something, from the day looked at on; or only those `near` a time that is gone, with the
    way to all the others.

    `kept` goes along in every address of the list. Four statements at most, one more where a day can be full, and
    more only where two weeks are empty.
    """
    ask = offer.ask(look)
    if nearest := _choices(near, offer, look, place, chosen, with_day=True):
        kept_too = [*(kept or {}).items(), *_said(offer, look)]
        return TimeList(
            days=[],
            place=place,
            address=address,
            nearest=nearest,
            kept=list((kept or {}).items()),
            said=[*_said(offer, look), *([(FROM, look.first.isoformat())] if look.first else [])],
            all=f"{address}?{urlencode(kept_too)}",
        )
    first, found = _window(ask, look, place.now)
    by_day = _by_day(found, offer, ask)
    shown = _shown(by_day)
    address_of = _Addresses(address, [*(kept or {}).items(), *_said(offer, look)])
    return TimeList(
        days=[TimesOfDay(times[0].starts_at, _choices(times, offer, look, place, chosen)) for times in shown.values()],
        place=place,
        address=address,
        strip=_strip(first, by_day, shown, ask, address_of) if by_day else [],
        narrowings=_narrowings(offer, look),
        kept=list((kept or {}).items()),
        said=[*_said(offer, look), (FROM, first.isoformat())],
        earlier=_earlier(first, ask, place.now, address_of),
        later=_later(first, by_day, shown, ask, place.now, address_of),
    )


def said_in(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """How a list was narrowed and by whose clock it was read, out of a form that came from it, for the way back."""
    return [(name, given[name]) for name in (PRACTITIONER, PLACE, FROM, ZONE) if name in given]


class _Addresses:
    """The addresses of the same list from another day on."""

    def __init__(self, address: str, said: Sequence[tuple[str, str]]) -> None:
        self.address, self.said = address, said

    def of(self, day: date) -> str:
        return f"{self.address}?{urlencode([*self.said, (FROM, day.isoformat())])}"


ByDay = dict[date, list[OpenTime]]


def _window(ask: Ask, look: Look, now: datetime) -> tuple[date, list[OpenTime]]:
    """Two weeks from the day looked at, or near the visit that moves; where they are empty, from the next day after the
    one looked at, or after today, that has something."""
    today, last = ask.zone_day.of(now), ask.zone_day.of(now + ask.rules.horizon)
    near = ask.zone_day.of(ask.moving.starts_at) - BEFORE if ask.moving else today
    first = min(max(look.first or near, today), last)
    if found := open_times(ask, first=first, days=AHEAD.days, now=now):
        return first, found
    upcoming = next_open(ask, after=ask.zone_day.starts(first) if look.first else now, now=now)
    if upcoming is None:
        return first, []
    first = ask.zone_day.of(upcoming.starts_at)
    return first, open_times(ask, first=first, days=AHEAD.days, now=now)


def _by_day(found: Iterable[OpenTime], offer: Offer, ask: Ask) -> ByDay:
    """Each start once at each place: with the practitioner that a moving visit has, else the first who is free."""
    own = offer.moving.practitioner_id if offer.moving else None
    once: dict[tuple[datetime, uuid.UUID], OpenTime] = {}
    for each in found:
        place = (each.starts_at, each.location_id)
        if place not in once or each.practitioner_id == own:
            once[place] = each
    days = groupby(once.values(), key=lambda each: ask.zone_day.of(each.starts_at))
    return {day: list(times) for day, times in days}


def _shown(by_day: ByDay) -> ByDay:
    """So many days that the list can be read; never less than one."""
    shown: ByDay = {}
    for day, times in by_day.items():
        is_full = len(shown) == MOST_DAYS or sum(map(len, shown.values())) + len(times) > MOST_TIMES
        if shown and is_full:
            break
        shown[day] = times
    return shown


def _choices(
    times: Iterable[OpenTime], offer: Offer, look: Look, place: Place, chosen: str, *, with_day: bool = False
) -> list[Choice]:
    zone = offer.visit_type.practice.tz
    said = partial(day_and_clock, now=place.now) if with_day else clock
    return [
        Choice(
            value=value_of(each, zone),
            label=said(each.starts_at, zone=place.zone, locale=place.locale),
            note=_note(each, offer, look),
            chosen=value_of(each, zone) == chosen,
            facts={"slot": each.starts_at.astimezone(zone).isoformat()},
        )
        for each in times
    ]


def _note(time: OpenTime, offer: Offer, look: Look) -> str:
    """With whom and where, as far as the list does not say so itself."""
    who = len(offer.practitioners) > 1 and offer.practitioner_of(look) is None
    where = len(offer.places) > 1 and offer.place_of(look) is None
    parts = [offer.practitioners[time.practitioner_id] if who else "", offer.places[time.location_id] if where else ""]
    return " · ".join(filter(None, parts))


def _said(offer: Offer, look: Look) -> list[tuple[str, str]]:
    """How the list is narrowed, for the addresses that lead on in it."""
    who, where = offer.practitioner_of(look), offer.place_of(look)
    said = [(PRACTITIONER, str(who or ""))] if len(offer.practitioners) > 1 else []
    return [*said, (PLACE, str(where))] if where else said


def _narrowings(offer: Offer, look: Look) -> list[Narrowing]:
    people = _options(_("Anyone"), offer.practitioners, offer.practitioner_of(look))
    places = _options(_("Any place"), offer.places, offer.place_of(look))
    found = [Narrowing(PRACTITIONER, _("With"), people), Narrowing(PLACE, _("Where"), places)]
    return [each for each in found if len(each.choices) > 2]


def _options(of_any: str, names: Mapping[uuid.UUID, str], chosen: uuid.UUID | None) -> list[Choice]:
    named = [Choice(str(pk), name, chosen=pk == chosen) for pk, name in names.items()]
    return [Choice("", of_any, chosen=chosen is None), *named]


def _strip(first: date, by_day: ByDay, shown: ByDay, ask: Ask, address_of: _Addresses) -> list[StripDay]:
    days = [first + timedelta(days=index) for index in range(AHEAD.days)]
    counts = Counter({day: len(times) for day, times in by_day.items()})
    noon = timedelta(hours=12)
    return [StripDay(ask.zone_day.starts(day) + noon, counts[day], address_of.of(day), day in shown) for day in days]


def _earlier(first: date, ask: Ask, now: datetime, address_of: _Addresses) -> str:
    today = ask.zone_day.of(now)
    return address_of.of(max(today, first - BACK)) if first > today else ""


def _later(first: date, by_day: ByDay, shown: ByDay, ask: Ask, now: datetime, address_of: _Addresses) -> str:
    """The first day with something that is not shown any more, or the day after all that was looked at; nowhere where
    nothing more is open."""
    if not by_day:
        return ""
    left = [day for day in by_day if day not in shown]
    following = left[0] if left else first + AHEAD
    return address_of.of(following) if following <= ask.zone_day.of(now + ask.rules.horizon) else ""
