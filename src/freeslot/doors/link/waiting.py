"""How long wrong proofs have to wait, in words, and the answer that says so to a browser too."""

from datetime import datetime, timedelta

from babel.units import format_unit
from django.http import HttpResponse
from django.utils.translation import gettext as _

from freeslot.web.facts import Place
from freeslot.web.formatting import clock, zone_words

# Longer ones are said as a clock time: nobody counts three hundred seconds.
COUNTED = timedelta(seconds=90)


def wait_words(until: datetime, place: Place) -> str:
    """When the next try is judged, as a sentence."""
    if until - place.now <= COUNTED:
        span = format_unit(seconds_until(until, place.now), "duration-second", locale=place.locale)
        return _("You can try again in %(span)s.") % {"span": span}
    at = {
        "time": clock(until, zone=place.zone, locale=place.locale),
        "zone": zone_words(place.zone, place.locale),
    }
    return _("You can try again at %(time)s (%(zone)s).") % at


def with_retry(response: HttpResponse, until: datetime, now: datetime) -> HttpResponse:
    response.headers["Retry-After"] = str(seconds_until(until, now))
    return response


def seconds_until(until: datetime, now: datetime) -> int:
    """Rounded up: who comes back then is not told to wait once more."""
    return max(1, -(-(until - now) // timedelta(seconds=1)))
