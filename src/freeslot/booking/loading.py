"""Loads what a page of booking is about, and sets the frame of its practice; for a stranger there is nothing (404)."""

import uuid
from datetime import datetime

from django.db import connection
from django.http import Http404, HttpRequest

from freeslot.booking.booker import Booker
from freeslot.database.rows import Columns, adapted
from freeslot.practices.models import Practice, VisitType
from freeslot.scheduling.models import Checkout
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame
from freeslot.web.ids import as_uuid

VISIT_TYPE, PRACTICE = Columns(VisitType, "t"), Columns(Practice, "p")
# In SQL, since every list of times and every time that is picked asks.
ONLINE = f"""
    SELECT {VISIT_TYPE.sql}, {PRACTICE.sql} FROM practices_visittype t JOIN practices_practice p ON p.id = t.practice_id
    WHERE t.id = %s AND p.slug = %s AND t.is_online
"""  # noqa: S608  names of columns only


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
    with connection.cursor() as cursor:
        cursor.execute(ONLINE, [*adapted(VisitType, id=type_id), slug])
        row = cursor.fetchone()
    if row is None:
        return None
    left = iter(row)
    found = VISIT_TYPE.take(left)
    found.practice = PRACTICE.take(left)
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
