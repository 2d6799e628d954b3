"""Writes what a change leaves behind in its transaction: the event, which is also the outbox row, and the audit row."""

import uuid
from datetime import datetime
from typing import Any

from freeslot.audit.models import AuditRow
from freeslot.database.rows import insert_row
from freeslot.events.models import Event
from freeslot.events.wake import wake_after_commit
from freeslot.patients.models import Grant
from freeslot.scheduling.actors import SYSTEM, Actor, ActorKind, Door
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.policy import Verdict, verdict_for
from freeslot.scheduling.states import Side

CODE_ASKED = "checkout.code_asked"


def record(
    appointment: Appointment,
    kind: str,
    *,
    actor: Actor,
    door: Door,
    now: datetime,
    data: dict[str, Any] | None = None,
    beside: uuid.UUID | None = None,
) -> Event:
    """One event and one audit row about `appointment` as it now is; its version must already be raised.

    `beside` is the id of something of the visit's that has a short history of its own, and leaves the visit's as it is.
    """
    said = {"actor_kind": spoken_kind(actor, appointment), "actor_id": actor.id, "door": door}
    subject_id, version = (beside, 1) if beside else (appointment.pk, appointment.version)
    unusual = {"unusual": True} if actor.is_unusual else {}
    event = Event(
        practice_id=appointment.practice_id,
        subject_id=subject_id,
        version=version,
        kind=kind,
        at=now,
        due_at=now,
        data=facts_of(appointment) | unusual | (data or {}),
        **said,
    )
    _write(event)
    return event


def record_code_asked(checkout: Checkout, *, door: Door, now: datetime) -> Event:
    """The same for a guest's checkout, which is no visit yet and has a history of its own. Nothing of what the guest
    said is in it, for events are kept."""
    event = Event(
        practice_id=checkout.practice_id,
        subject_id=checkout.pk,
        version=Event.objects.filter(subject_id=checkout.pk).count() + 1,
        kind=CODE_ASKED,
        at=now,
        due_at=now,
        data={"number": checkout.codes, "starts_at": checkout.starts_at.isoformat()},
        actor_kind=SYSTEM.kind,
        actor_id=SYSTEM.id,
        door=door,
    )
    _write(event)
    return event


def _write(event: Event) -> None:
    said = {"actor_kind": event.actor_kind, "actor_id": event.actor_id, "door": event.door}
    row = AuditRow(practice_id=event.practice_id, subject_id=event.subject_id, at=event.at, action=event.kind, **said)
    insert_row(event)
    insert_row(row)
    wake_after_commit()


def spoken_kind(actor: Actor, appointment: Appointment) -> str:
    """Patient or proxy for someone signed in, by their grant (`acts_as`)."""
    if actor.kind is not ActorKind.ACCOUNT:
        return actor.kind
    return ActorKind.PATIENT if appointment.acts_as == Grant.Scope.SELF else ActorKind.PROXY


def facts_of(appointment: Appointment) -> dict[str, Any]:
    """The visit as receipts and messages tell it, frozen."""
    return {
        "reference": appointment.reference,
        "practice": appointment.practice.slug,
        "zone": appointment.practice.zone,
        "starts_at": appointment.starts_at.isoformat(),
        "ends_at": appointment.ends_at.isoformat(),
        "practitioner_id": str(appointment.practitioner_id),
        "location_id": str(appointment.location_id),
        "status": appointment.status,
        "policy_version": appointment.policy.version,
        "currency": appointment.currency,
        "sequence": appointment.sequence,
    }


def facts_of_terms(appointment: Appointment) -> dict[str, Any]:
    """Until when the patient may cancel free: for events that leave the visit booked."""
    verdict = verdict_for(appointment.facts(), appointment.rules, Side.PATIENT, appointment.chosen_at)
    return {"free_until": _free_until(verdict)}


def facts_of_verdict(verdict: Verdict) -> dict[str, Any]:
    """What was decided, as receipts and messages tell it. `late` says whether free cancelling had ended."""
    return {
        "why": verdict.why,
        "late": verdict.kind == "late",
        "fee_minor": verdict.fee.minor,
        "free_until": _free_until(verdict),
    }


def _free_until(verdict: Verdict) -> str | None:
    """None, too, where a fee was carried along: the time that the visit has now was never free."""
    if verdict.deadline is None or verdict.is_carried:
        return None
    return verdict.deadline.isoformat()
