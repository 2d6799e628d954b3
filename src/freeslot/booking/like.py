"""Booking again: from an earlier visit of one's own its type, practitioner, place, reason and payer are taken over."""

import uuid
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.asking import NotAnyMore, asker_for


def visit_like(request: HttpRequest, typed: str, *, now: datetime) -> Appointment | None:
    """The visit behind the reference, where whoever asks may see it; to a stranger there is none."""
    ref = parse_reference(typed, REFERENCE_PREFIX) if typed else None
    if ref is None:
        return None
    try:
        asker = asker_for(request, ref)
    except NotAnyMore:
        return None
    if asker is None:
        return None
    return Appointment.objects.visible_to(asker.actor, now).select_related("practice").filter(reference=ref).first()


def address_like(visit: Appointment) -> str:
    """The list of times with the choices of that visit."""
    chosen = {
        "type": visit.visit_type_id,
        "practitioner": visit.practitioner_id,
        "place": visit.location_id,
        "like": visit.reference,
    }
    return f"{reverse('book_times', args=[visit.practice.slug])}?{urlencode(chosen)}"


def reason_written_by(account_id: uuid.UUID, visit: Appointment) -> str:
    """What the visit was about, to whoever wrote it alone: others who act for the patient may not know."""
    booked = Event.objects.filter(subject_id=visit.pk, kind="appointment.booked", actor_id=str(account_id))
    return visit.visit_reason if visit.visit_reason and booked.exists() else ""
