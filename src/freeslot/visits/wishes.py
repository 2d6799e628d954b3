"""A wish for an earlier time in words, as it stands on the pages of its visit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from django.utils.translation import gettext as _

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.moving import MoveVerdict
from freeslot.visits.asking import Asker
from freeslot.visits.wish_forms import NOTICES, QUIET_DAY
from freeslot.waitlist.models import Wish
from freeslot.waitlist.queries import live_wish
from freeslot.waitlist.reach import is_in_reach
from freeslot.web.facts import Place
from freeslot.web.formatting import clock, day, length
from freeslot.web.formatting.lists import listed
from freeslot.web.formatting.locales import data


@dataclass(frozen=True)
class WishBox:
    """`headline` says what is wished for, `details` what an earlier time must be like; both empty where there is no
    wish yet but one can be made."""

    headline: str = ""
    details: str = ""


def wish_box(visit: Appointment, asker: Asker, place: Place) -> WishBox | None:
    """None where there is no wish and none can be made."""
    verdict = visit.move_verdict(asker.actor, place.now)
    wish = live_wish(visit.pk) if verdict.is_allowed else None
    if wish:
        return WishBox(headline(wish, place), details(wish, place))
    return WishBox() if can_wish(visit, verdict, place.now) else None


def can_wish(visit: Appointment, verdict: MoveVerdict, now: datetime) -> bool:
    """Never at a price; and with the shortest notice there is a time that could come."""
    return verdict.is_allowed and not verdict.carried and is_in_reach(visit, timedelta(hours=NOTICES[0]), now)


def headline(wish: Wish, place: Place) -> str:
    noon = datetime.combine(wish.before_on, time(12), ZoneInfo(place.zone))
    before = day(noon, zone=place.zone, locale=place.locale, now=place.now)
    return _("You wish for an earlier time before %(day)s.") % {"day": before}


def details(wish: Wish, place: Place) -> str:
    """What it must be like, in sentences; always at the same place."""
    terms = wish.terms
    said = [
        _("On %(days)s.") % {"days": _days(terms.weekdays, place)} if terms.weekdays else "",
        _hours(terms.starts_from, terms.ends_until, place),
        _("With %(name)s.") % {"name": wish.practitioner.name} if wish.practitioner else _("With anyone."),
        _("You know at least %(span)s beforehand.") % {"span": length(terms.notice, locale=place.locale)},
    ]
    return " ".join(filter(None, said))


def _days(weekdays: Iterable[int], place: Place) -> str:
    names = get_day_names("wide", locale=data(place.locale))
    return listed([str(names[each]) for each in sorted(weekdays)], locale=place.locale)


def _hours(since: time | None, until: time | None, place: Place) -> str:
    times = {"since": _clock(since, place), "until": _clock(until, place)}
    if since and until:
        return _("Between %(since)s and %(until)s.") % times
    if since:
        return _("Not before %(since)s.") % times
    return _("Over by %(until)s.") % times if until else ""


def _clock(at: time | None, place: Place) -> str:
    if at is None:
        return ""
    return clock(datetime.combine(QUIET_DAY, at, ZoneInfo(place.zone)), zone=place.zone, locale=place.locale)
