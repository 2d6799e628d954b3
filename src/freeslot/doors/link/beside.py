"""Opens the visits of another patient who shares the contact, by that patient's own proof."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest

from freeslot.audit.models import AuditRow
from freeslot.doors.link.session import MOST_VISITS, Opened, live_visits, open_visit
from freeslot.doors.link.slowdown import address_key, one_try, others_key
from freeslot.patients.models import Contact
from freeslot.patients.proof import gives_proof
from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.models import Appointment, ManageLink

# Triplets; a care home's one address must not open a floor of it by a year of birth.
MOST_PATIENTS = 3


def open_beside(
    request: HttpRequest, visit: Appointment, opened: Opened, typed: Mapping[str, str], *, now: datetime
) -> list[Appointment]:
    """Visits to come that are open now beside `visit`, the nearest first; none when the proof is nobody's.

    As many are opened as the session holds. Raises TooSoon while tries have to wait.
    """
    today = now.astimezone(visit.practice.tz).date() + timedelta(days=1)
    with one_try(others_key(visit.patient_id), address_key(request), now=now) as this:
        found = [each for each in _sharing(visit, opened, now) if _is_proved(each, visit, typed, today)]
        if len({each.patient_id for each in found}) > MOST_PATIENTS:
            found = []
        this.was_wrong = not found
    live = live_visits(request, now)
    fresh = [each for each in found if each.reference not in live][: max(0, MOST_VISITS - len(live))]
    for each in fresh:
        open_visit(request, each, link=None, is_unusual=opened.is_unusual, now=now)
        _note(each, visit, opened, now)
    return [each for each in found if each.reference in live or each in fresh]


def _sharing(visit: Appointment, opened: Opened, now: datetime) -> list[Appointment]:
    """Who shares the contact that the link was sent to, or any of the patient's where a code alone opened the visit."""
    known = Contact.objects.filter(patient_id=visit.patient_id)
    if opened.link_id is not None:
        known = known.filter(pk__in=ManageLink.objects.filter(pk=opened.link_id).values("contact_id"))
    same = Q(pk__in=[])
    for kind, value in known.values_list("kind", "value"):
        same |= Q(kind=kind, value=value)
    patients = Contact.objects.filter(same, practice_id=visit.practice_id).exclude(patient_id=visit.patient_id)
    coming = Appointment.objects.live().for_pages().filter(practice_id=visit.practice_id, starts_at__gt=now)
    return list(coming.filter(patient_id__in=patients.values("patient_id")).order_by("starts_at"))


def _is_proved(other: Appointment, visit: Appointment, typed: Mapping[str, str], today: date) -> bool:
    """By what was asked on the page, and by what the rules of the other visit ask."""
    asked = tuple(dict.fromkeys([*visit.rules.proof, *other.rules.proof]))
    return gives_proof(other.patient, typed, asked=asked, today=today)


def _note(other: Appointment, visit: Appointment, opened: Opened, now: datetime) -> None:
    AuditRow.objects.create(
        practice_id=other.practice_id,
        subject_id=other.pk,
        at=now,
        action="link.proved",
        actor_kind=ActorKind.PATIENT,
        door=Door.LINK,
        detail={"link": str(opened.link_id) if opened.link_id else "", "beside": str(visit.pk)},
    )
