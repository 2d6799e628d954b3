"""Loads a visit for its pages through the asker's own scope, and sets the frame of its practice."""

from datetime import datetime

from django.http import Http404, HttpRequest

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.reading import read_visit
from freeslot.visits.asking import Asker
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame


def appointment_for(request: HttpRequest, asker: Asker, ref: str, *, now: datetime) -> Appointment:
    """The visit with all that a page shows, in one statement; for a stranger there is none (404)."""
    appointment = read_visit(ref, actor=asker.actor, now=now)
    if appointment is None:
        raise Http404
    set_frame(request, frame_for(appointment.practice, now))
    return appointment
