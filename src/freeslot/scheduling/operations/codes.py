"""Sends a code to the known contacts of a patient, and takes it: the way in when a link or its proof is lost."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.models import Appointment, LinkCode
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import record
from freeslot.scheduling.operations.repeats import PRESSED_TWICE
from freeslot.scheduling.tokens import codes_for

UNUSED = Q(used_at__isnull=True)
LASTS = timedelta(minutes=15)
BETWEEN = timedelta(minutes=1)
MOST_A_DAY = 8
MOST_TRIES = 5
ASKED = "link.asked"


def ask_code(
    appointment: Appointment,
    *,
    door: Door,
    now: datetime,
    link_id: uuid.UUID | None = None,
    code_id: uuid.UUID | None = None,
) -> bool:
    """Has a code and a new link sent to the patient's contacts; whether they will be.

    At most eight times a day from one link, and not twice in a minute, and eight times without any, so that nobody can
    be flooded through us, and whoever uses up one link's codes leaves the others'. The door says the same words either
    way. `code_id` is the id that was given to the one who asked where they have no link: each has a code of their own.
    """
    with transaction.atomic():
        locked = lock_appointment(appointment.reference, actor=SYSTEM, now=now)
        today = LinkCode.objects.filter(appointment=locked, link_id=link_id, asked_at__gt=now - timedelta(days=1))
        latest = today.order_by("-asked_at").first()
        is_too_soon = latest is not None and link_id is not None and latest.asked_at > now - BETWEEN
        if is_too_soon or today.count() >= MOST_A_DAY:
            return False
        code = LinkCode(
            practice_id=locked.practice_id, appointment=locked, link_id=link_id, asked_at=now, expires_at=now + LASTS
        )
        code.pk = code_id or code.pk
        code.save(force_insert=True)
        data = {"appointment_id": str(locked.pk), "code_id": str(code.pk)}
        record(locked, ASKED, actor=SYSTEM, door=door, now=now, data=data, beside=code.pk)
    return True


def use_code(
    appointment: Appointment, typed: str, *, now: datetime, link_id: uuid.UUID | None, is_second: bool = False
) -> bool:
    """Whether `typed` is the newest code that was asked for from this link: in time, unused, within five tries.

    It serves once, and with `is_second` once more: to whoever has just come in by this link.
    """
    asked = LinkCode.objects.filter(appointment=appointment, link_id=link_id).order_by("-asked_at")
    newest = asked.values_list("pk", flat=True).first()
    is_good = UNUSED | _was_just_used(now) if is_second else UNUSED
    return newest is not None and _use(newest, typed, is_good, now) is not None


def use_code_of(code_id: uuid.UUID, typed: str, *, now: datetime) -> Appointment | None:
    """The same for a code that was asked for without a link, by whoever was given its id: the visit it opens.

    Tries count against that one code, so nobody can use up another's. It serves once, and once more as a second press:
    the id stands in one page of one browser, and nowhere else.
    """
    return _use(code_id, typed, UNUSED | _was_just_used(now), now, link_id=None)


def _was_just_used(now: datetime) -> Q:
    return Q(used_at__gt=now - PRESSED_TWICE)


def _use(code_id: uuid.UUID, typed: str, is_good: Q, now: datetime, **where: None) -> Appointment | None:
    live = LinkCode.objects.filter(is_good, pk=code_id, **where)
    with transaction.atomic():
        if not live.filter(expires_at__gt=now, tries__lt=MOST_TRIES).update(tries=F("tries") + 1):
            return None
        code = live.select_related("appointment").get()
        digits = "".join(sign for sign in typed if sign.isdigit())
        if not any(secrets.compare_digest(digits.encode(), each.encode()) for each in codes_for(code.pk)):
            return None
        code.used_at = code.used_at or now
        code.save(update_fields=["used_at"])
    return code.appointment
