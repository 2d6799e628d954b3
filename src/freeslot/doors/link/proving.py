"""Judges a proof or a code for a link's visit, and opens the visit for this browser when it is right."""

import ipaddress
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from freeslot.audit.models import AuditRow
from freeslot.doors.link.session import open_visit
from freeslot.doors.link.slowdown import address_key, link_key, one_try
from freeslot.patients.proof import gives_proof
from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.models import ManageLink
from freeslot.scheduling.operations.codes import use_code
from freeslot.scheduling.tokens import keyed_hash

NETWORK_BITS = {4: 24, 6: 48}


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
    """Whether this is the code that was sent to the known contact. Tries are counted with the code itself."""
    right = use_code(link.appointment, code, now=now)
    if right:
        _open(request, link, now=now)
    return right


def _open(request: HttpRequest, link: ManageLink, *, now: datetime) -> None:
    here = network_of(request)
    open_visit(request, link.appointment, link=link, is_unusual=_is_unusual(link, here), now=now)
    ManageLink.objects.filter(pk=link.pk).update(proved_at=now, proved_from=here)
    AuditRow.objects.create(
        practice_id=link.practice_id,
        subject_id=link.appointment_id,
        at=now,
        action="link.proved",
        actor_kind=ActorKind.PATIENT,
        door=Door.LINK,
        detail={"link": str(link.pk)},
    )


def network_of(request: HttpRequest) -> str:
    """The neighbourhood of the caller's address as a keyed hash: enough to know it again, useless for anything else."""
    try:
        address = ipaddress.ip_address(get_adapter().get_client_ip(request) or "")
    except ValueError:
        return ""
    network = ipaddress.ip_network((address, NETWORK_BITS[address.version]), strict=False)
    return keyed_hash("network", str(network))


def _is_unusual(link: ManageLink, here: str) -> bool:
    """Whether this patient's links were proved before, and never from this network."""
    links = ManageLink.objects.filter(appointment__patient_id=link.appointment.patient_id).exclude(proved_from="")
    seen = set(links.values_list("proved_from", flat=True).distinct()[:50])
    return bool(seen) and here not in seen
