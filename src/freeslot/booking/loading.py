"""Loads what a page of booking is about, and sets the frame of its practice; for a stranger there is nothing (404)."""

import uuid
from datetime import datetime

from django.http import Http404, HttpRequest

from freeslot.booking.booker import Booker
from freeslot.practices.models import Practice, VisitType
from freeslot.scheduling.models import Checkout
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame
from freeslot.web.ids import as_uuid


def practice_for(request: HttpRequest, slug: str, *, now: datetime) -> Practice:
    practice = Practice.objects.filter(slug=slug).first()
    if practice is None:
        raise Http404
    set_frame(request, frame_for(practice, now))
    return practice


def visit_type_for(request: HttpRequest, slug: str, named: str, *, now: datetime) -> VisitType | None:
    """One that patients may book themselves here, with its practice; None where there is no such type."""
    type_id = as_uuid(named)
    if type_id is None:
        return None
    found = VisitType.objects.filter(pk=type_id, practice__slug=slug, is_online=True).select_related("practice").first()
    if found is not None:
        set_frame(request, frame_for(found.practice, now))
    return found


def checkout_for(request: HttpRequest, booker: Booker, *, slug: str, checkout_id: uuid.UUID, now: datetime) -> Checkout:
    """The booking in the making of this browser or account, with all that its pages show, in one statement."""
    shown = ("visit_type__practice", "practitioner", "location", "patient", "appointment")
    mine = booker.checkouts().filter(visit_type__practice__slug=slug)
    try:
        checkout = mine.select_related(*shown).get(pk=checkout_id)
    except Checkout.DoesNotExist:
        raise Http404 from None
    set_frame(request, frame_for(checkout.visit_type.practice, now))
    return checkout
