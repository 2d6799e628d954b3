"""The visit card, the facts that stand on it, and Undo beside it: the same on every page of a visit."""

from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from freeslot.scheduling.actors import ActorKind
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.policy import Verdict
from freeslot.scheduling.states import LIVE, Status
from freeslot.scheduling.words import STATUSES
from freeslot.visits.frames import place_of
from freeslot.web.facts import Place, UndoBox, VisitCard


def card_for(
    appointment: Appointment, *, now: datetime, verdict: Verdict | None = None, is_listed: bool = False
) -> VisitCard:
    """`verdict` adds what the cancel page says of it; a listed card names its practice."""
    practitioner = appointment.practitioner
    return VisitCard(
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        place=place_of(appointment.practice, now),
        reference=appointment.reference,
        patient=appointment.patient.given_name,
        practitioner=", ".join(filter(None, [practitioner.name, practitioner.role])),
        where=_("By video") if appointment.visit_type.by_video else appointment.location.address,
        practice=appointment.practice.name if is_listed else "",
        state=_state(appointment),
        state_kind=_kind(appointment),
        facts=facts_of(appointment) | (facts_of_verdict(appointment, verdict) if verdict else {}),
    )


def new_card(
    appointment: Appointment, starts_at: datetime, at: Slot | Appointment, *, now: datetime, is_listed: bool = False
) -> VisitCard:
    """The same visit as it would be then, with whom and where `at` is. Without facts: it is not so yet."""
    practitioner = at.practitioner
    return VisitCard(
        starts_at=starts_at,
        ends_at=starts_at + appointment.visit_type.length,
        place=place_of(appointment.practice, now),
        reference=appointment.reference,
        patient=appointment.patient.given_name,
        practitioner=", ".join(filter(None, [practitioner.name, practitioner.role])),
        where=_("By video") if appointment.visit_type.by_video else at.location.address,
        practice=appointment.practice.name if is_listed else "",
    )


def can_undo(appointment: Appointment, now: datetime) -> bool:
    """Whether the page offers Undo: what the practice cancelled is not the patient's to take back."""
    return appointment.can_be_undone(now) and appointment.cancelled_by != ActorKind.PRACTICE


def undo_box(appointment: Appointment, place: Place) -> UndoBox | None:
    """Undo with its last moment, and freeing the time at once; None where there is nothing to undo any more."""
    if appointment.undo_until is None or not can_undo(appointment, place.now):
        return None
    return UndoBox(
        until=appointment.undo_until,
        place=place,
        undo_url=reverse("undo", args=[appointment.reference]),
        release_url=reverse("release", args=[appointment.reference]),
    )


def facts_of(appointment: Appointment) -> dict[str, str | int | None]:
    return {
        "ref": appointment.reference,
        "status": appointment.status,
        "slot": appointment.starts_at.astimezone(appointment.practice.tz).isoformat(),
    }


def facts_of_verdict(appointment: Appointment, verdict: Verdict) -> dict[str, str | int | None]:
    deadline = verdict.deadline.astimezone(appointment.practice.tz).isoformat() if verdict.deadline else None
    return {
        "verdict": verdict.kind,
        "fee_minor": verdict.fee.minor,
        "currency": appointment.currency,
        "deadline": deadline,
    }


def _state(appointment: Appointment) -> str:
    """Only what is not to be expected of a visit to come."""
    if appointment.status == Status.BOOKED:
        return _("Booked; the practice knows you are not coming") if appointment.told_at else ""
    return str(STATUSES[appointment.status])


def _kind(appointment: Appointment) -> Literal["", "free", "late", "danger"]:
    if appointment.status in LIVE:
        return "late" if appointment.told_at else "free"
    return "danger" if appointment.status == Status.CANCELLED else ""
