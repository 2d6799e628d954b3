"""Judges a proof or a code for a link's visit, and opens the visit for this browser when it is right."""

from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from freeslot.audit.models import AuditRow
from freeslot.doors.link.session import open_visit
from freeslot.doors.link.slowdown import address_key, link_key, one_try
from freeslot.patients.proof import gives_proof
from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.scheduling.operations.codes import use_code
from freeslot.scheduling.operations.repeats import PRESSED_TWICE
from freeslot.visits.addresses import network_of

PROVED = "link.proved"
# A network counts as known once a day has passed since it was first seen: a stranger's second look is no proof of home.
KNOWN_AFTER = timedelta(days=1)
MOST_REMEMBERED = 200


def prove_by_form(request: HttpRequest, link: ManageLink, typed: dict[str, str], *, now: datetime) -> bool:
    """Whether what was typed is the proof the practice asks for. Raises TooSoon while tries have to wait."""
    visit = link.appointment
    today = now.astimezone(visit.practice.tz).date() + timedelta(days=1)
    with one_try(link_key(link.pk), address_key(request), now=now) as this:
        right = gives_proof(visit.patient, typed, asked=visit.rules.proof, today=today)
        this.was_wrong = not right
    if right:
        _open(request, link, now=now)
    return right


def prove_by_code(request: HttpRequest, link: ManageLink, code: str, *, now: datetime) -> bool:
    """Whether this is the code that was sent to the known contact. Tries are counted with the code itself.

    A press that comes twice is right twice: for a minute, from where the first came. The link is locked, so that of two
    at once the second sees what the first has done.
    """
    here, since = network_of(request), now - PRESSED_TWICE
    with transaction.atomic():
        locked = ManageLink.objects.select_for_update().get(pk=link.pk)
        is_second = locked.proved_at is not None and locked.proved_at > since and locked.proved_from == here != ""
        right = use_code(link.appointment, code, now=now, link_id=link.pk, is_second=is_second)
        if right:
            _open(request, link, now=now)
    return right


def _open(request: HttpRequest, link: ManageLink, *, now: datetime) -> None:
    here = network_of(request)
    is_unusual = _is_unusual(link.appointment, here, now=now)
    open_visit(request, link.appointment, link=link, is_unusual=is_unusual, now=now)
    ManageLink.objects.filter(pk=link.pk).update(proved_at=now, proved_from=here)
    AuditRow.objects.create(
        practice_id=link.practice_id,
        subject_id=link.appointment_id,
        at=now,
        action=PROVED,
        actor_kind=ActorKind.PATIENT,
        door=Door.LINK,
        detail={"link": str(link.pk), "network": here, "unusual": is_unusual},
    )


def _is_unusual(visit: Appointment, here: str, *, now: datetime) -> bool:
    """Whether this patient's links were proved before today, and never from this network."""
    visits = Appointment.objects.filter(patient_id=visit.patient_id).values("pk")
    earlier = AuditRow.objects.filter(subject_id__in=visits, action=PROVED, at__lte=now - KNOWN_AFTER)
    known = set(earlier.order_by("-at").values_list("detail__network", flat=True)[:MOST_REMEMBERED])
    return bool(known - {None, ""}) and here not in known
