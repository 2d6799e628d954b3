"""Requests for a lost link: written down alike whether right or wrong, and looked into by the worker."""

import uuid
from datetime import datetime

from django.core import signing
from django.db import transaction

from freeslot.doors.link.models import Search
from freeslot.events.wake import wake_after_commit
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.codes import ask_code

BATCH = 50
SALT = "freeslot.doors.link.search"


def write_search(visit: Appointment | None, *, now: datetime) -> str:
    """What goes with the code that may come: signed, so that nobody can use up the tries of another's."""
    with transaction.atomic():
        search = Search.objects.create(appointment_id=visit.pk if visit else None, asked_at=now)
        wake_after_commit()
    return signing.dumps(str(search.pk), salt=SALT)


def search_in(text: str) -> uuid.UUID | None:
    """The id in what we had signed; None for anything else."""
    try:
        return uuid.UUID(signing.loads(text, salt=SALT))
    except (signing.BadSignature, ValueError):
        return None


def send_found(*, now: datetime) -> int:
    """Has a code and a link sent for each search that found a visit; how many searches. A job of the worker.

    A search that is looked into twice sends nothing twice: its code has its id.
    """
    searches = list(Search.objects.order_by("asked_at")[:BATCH])
    for search in searches:
        visit = Appointment.objects.filter(pk=search.appointment_id).first() if search.appointment_id else None
        with transaction.atomic():
            if visit is not None:
                ask_code(visit, door=Door.LINK, now=now, code_id=search.pk)
            Search.objects.filter(pk=search.pk).delete()
    return len(searches)
