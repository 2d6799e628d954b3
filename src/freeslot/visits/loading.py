"""Loads a visit for its pages through the asker's own scope, and sets the frame of its practice."""

from datetime import datetime

from django.http import Http404, HttpRequest

from freeslot.scheduling.models import Appointment
from freeslot.visits.asking import Asker
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame


def appointment_for(request: HttpRequest, asker: Asker, ref: str, *, now: datetime) -> Appointment:
    """The visit with all that a page shows, in one statement; for a stranger there is none (404)."""
    try:
        appointment = Appointment.objects.visible_to(asker.actor, now).for_pages().get(reference=ref)
    except Appointment.DoesNotExist:
        raise Http404 from None
    set_frame(request, frame_for(appointment.practice, now))
    return appointment
