"""What is said of a type of visit and of how it is asked for, the same on every page of booking."""

from datetime import date, timedelta

from babel.dates import format_date
from django.utils.translation import gettext as _

from freeslot.booking.bookable import Bookable
from freeslot.messages.guests import CodeState, GuestCodeState
from freeslot.practices.models import VisitType
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.rulebook import Patients
from freeslot.web.facts import Place
from freeslot.web.formatting import clock, money, zone_words

MINUTE = timedelta(minutes=1)


def whom_words(bookable: Bookable) -> str:
    """Video, and whom it is for where it is not for everybody."""
    whom = {
        Patients.NEW: _("for people who are new here"),
        Patients.KNOWN: _("for people who have been here before"),
    }.get(bookable.rules.patients, "")
    return " · ".join(filter(None, [_("by video") if bookable.visit_type.by_video else "", whom]))


def price_words(visit_type: VisitType, place: Place) -> str:
    """Empty where the visit costs nothing."""
    if not visit_type.price_minor:
        return ""
    return money(visit_type.price_minor, currency=visit_type.practice.currency, locale=place.locale)


def where_words(visit_type: VisitType, checkout: Checkout) -> str:
    """The place as the visit card says it."""
    return _("By video") if visit_type.by_video else checkout.location.address


def born_words(birth_date: date | None, place: Place) -> str:
    """With the month as a word, so that it can be read in one way alone."""
    return "" if birth_date is None else str(format_date(birth_date, "d MMMM y", locale=place.locale))


def code_words(state: CodeState) -> str:
    """Why the code that was typed books nothing, and what to do."""
    return {
        CodeState.USED_UP: _("This code is used up after five wrong tries. Have another one sent."),
        CodeState.OVER: _("A code is good for 15 minutes, and they are over. Have another one sent."),
    }.get(state, _("This is not the code. Look at the newest message, or have another one sent."))


def again_words(state: GuestCodeState, place: Place) -> str:
    """When another code can be sent, to the minute; empty where it can be at once."""
    if state.again_at is None:
        return _("No more codes are sent for this booking. Choose the time once more, or call the practice.")
    if state.again_at <= place.now:
        return ""
    minute = state.again_at.replace(second=0, microsecond=0)
    at = clock(minute if minute == state.again_at else minute + MINUTE, zone=place.zone, locale=place.locale)
    words = _("A code was asked for a moment ago. Another one can be sent at %(time)s (%(zone)s).")
    return words % {"time": at, "zone": zone_words(place.zone, place.locale)}
