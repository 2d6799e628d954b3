"""Sends a code to the known contacts of a patient, and takes it: the way in when a link or its proof is lost."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.models import Appointment, LinkCode
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import record
from freeslot.scheduling.tokens import codes_for

LASTS = timedelta(minutes=15)
BETWEEN = timedelta(minutes=1)
MOST_A_DAY = 8
MOST_TRIES = 5
ASKED = "link.asked"


def ask_code(appointment: Appointment, *, door: Door, now: datetime, link_id: uuid.UUID | None = None) -> bool:
    """Has a code and a new link sent to the patient's contacts; whether they will be.

    At most once a minute and eight times a day from one link, and as often without any, so that nobody can be flooded
    through us, and whoever uses up one link's codes leaves the others'. The door says the same words either way.
    """
    with transaction.atomic():
        locked = lock_appointment(appointment.reference, actor=SYSTEM, now=now)
        today = LinkCode.objects.filter(appointment=locked, link_id=link_id, asked_at__gt=now - timedelta(days=1))
        latest = today.order_by("-asked_at").first()
        if latest and (latest.asked_at > now - BETWEEN or today.count() >= MOST_A_DAY):
            return False
        code = LinkCode.objects.create(
            practice_id=locked.practice_id, appointment=locked, link_id=link_id, asked_at=now, expires_at=now + LASTS
        )
        data = {"appointment_id": str(locked.pk), "code_id": str(code.pk)}
        record(locked, ASKED, actor=SYSTEM, door=door, now=now, data=data, beside=code.pk)
    return True


def use_code(appointment: Appointment, typed: str, *, now: datetime, link_id: uuid.UUID | None = None) -> bool:
    """Whether `typed` is the newest code that was asked for from this link, or without one, for this visit.

    In time, unused, and within five tries. It serves once.
    """
    newest = LinkCode.objects.filter(appointment=appointment, link_id=link_id).order_by("-asked_at").values("pk")[:1]
    live = LinkCode.objects.filter(pk__in=list(newest.values_list("pk", flat=True)), used_at__isnull=True)
    with transaction.atomic():
        counted = live.filter(expires_at__gt=now, tries__lt=MOST_TRIES).update(tries=F("tries") + 1)
        if not counted:
            return False
        code = live.get()
        digits = "".join(sign for sign in typed if sign.isdigit())
        if not any(secrets.compare_digest(digits.encode(), each.encode()) for each in codes_for(code.pk)):
            return False
        code.used_at = now
        code.save(update_fields=["used_at"])
    return True
