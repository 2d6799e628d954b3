"""What is said of a type of visit and of how it is asked for, the same on every page of booking."""

from django.utils.translation import gettext as _

from freeslot.booking.bookable import Bookable
from freeslot.practices.models import VisitType
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.rulebook import Patients
from freeslot.web.facts import Place
from freeslot.web.formatting import money


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
