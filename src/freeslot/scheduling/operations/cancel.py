"""Cancels a visit: for the patient by the rules it was booked under, for the practice always without a fee."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from freeslot.database.rows import update_row
from freeslot.events.models import Event
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import facts_of_verdict, record, spoken_kind
from freeslot.scheduling.operations.repeats import Key
from freeslot.scheduling.operations.slots import free_slots_of, keep_for_undo
from freeslot.scheduling.policy import Kind, Verdict, Why, undo_until
from freeslot.scheduling.reasons import check_reason
from freeslot.scheduling.states import Side, Status

LONGEST_NOTE = 10_000
TOLD = "appointment.practice_told"


class CancelResult(StrEnum):
    CANCELLED = "cancelled"
    ALREADY = "already"
    TOLD = "told"
    FEE_ROSE = "fee_rose"
    REFUSED = "refused"


@dataclass(frozen=True)
class CancelOutcome:
    """What the press led to. `event_id` is the committed event, `event` itself where this press made it; with
    FEE_ROSE and REFUSED nothing was changed."""

    result: CancelResult
    reference: str
    verdict: Verdict | None = None
    event_id: uuid.UUID | None = None
    event: Event | None = None


def cancel_appointment(
    *,
    ref: str,
    actor: Actor,
    door: Door,
    reason: str,
    note: str,
    accepted_fee: int,
    idempotency_key: str,
    now: datetime,
    ask_review: bool = False,
    review_why: str = "",
    tried_at: datetime | None = None,
) -> CancelOutcome:
    """Cancels the visit, or says why not; one event, however often and from wherever it is pressed.

    `accepted_fee` is the fee the actor saw, in minor units: a higher one is never taken. `tried_at` is the server's
    own stamp of a failed attempt; the verdict is judged then if that lies within the grace of the rules.
    `ask_review` leaves a fee undecided, `review_why` is the code of what speaks against it.
    Raises UnknownAppointment, BadReason or KeyReused.
    """
    key = Key(actor, "cancel", idempotency_key, (ref,))
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now)
        if earlier := key.earlier():
            return CancelOutcome(CancelResult(earlier.said["result"]), ref, event_id=earlier.event_id)
        verdict = verdict_of_press(appointment, actor, now, tried_at)
        if verdict.why is Why.CANCELLED:
            key.store(None, practice_id=appointment.practice_id, now=now, result=CancelResult.ALREADY)
            return CancelOutcome(CancelResult.ALREADY, ref, verdict)
        if verdict.kind is Kind.REFUSED and not verdict.tells_practice:
            return CancelOutcome(CancelResult.REFUSED, ref, verdict)
        if actor.side is Side.PATIENT:
            check_reason(reason, appointment.rules.reason, among=appointment.rules.reasons)
        if verdict.fee.minor > accepted_fee and not verdict.tells_practice:
            return CancelOutcome(CancelResult.FEE_ROSE, ref, verdict)
        if verdict.tells_practice:
            outcome = _tell_practice(appointment, verdict, actor=actor, door=door, reason=reason, note=note, now=now)
        else:
            _mark_cancelled(appointment, verdict, actor, door, reason, note, ask_review, now)
            data = _decided(appointment, verdict, review_why)
            event = record(appointment, "appointment.cancelled", actor=actor, door=door, now=now, data=data)
            outcome = CancelOutcome(CancelResult.CANCELLED, ref, verdict, event.pk, event)
        key.store(outcome.event_id, practice_id=appointment.practice_id, now=now, result=outcome.result)
    return outcome


def verdict_of_press(appointment: Appointment, actor: Actor, now: datetime, tried_at: datetime | None) -> Verdict:
    """The verdict as of the try that failed, if it still counts; the undo window runs from this press all the same."""
    rules = appointment.rules
    verdict = appointment.verdict(actor, rules.judged_at(now, tried_at))
    return replace(verdict, undo_until=undo_until(appointment.facts(), rules, now)) if verdict.undo_until else verdict


def _mark_cancelled(
    appointment: Appointment,
    verdict: Verdict,
    actor: Actor,
    door: Door,
    reason: str,
    note: str,
    ask_review: bool,
    now: datetime,
) -> None:
    in_review = Appointment.FeeState.IN_REVIEW if ask_review else Appointment.FeeState.DECIDED
    appointment.status = Status.CANCELLED
    appointment.version += 1
    appointment.sequence += 1
    appointment.cancelled_at = now
    appointment.cancelled_by = spoken_kind(actor, appointment)
    appointment.cancelled_by_id = actor.id
    appointment.cancelled_door = door
    appointment.cancel_kind = _cancel_kind(verdict, actor)
    appointment.reason = reason
    appointment.note = note[:LONGEST_NOTE]
    appointment.fee_minor = verdict.fee.minor
    appointment.fee_state = in_review if verdict.fee else Appointment.FeeState.NONE
    appointment.undo_until = verdict.undo_until
    appointment.released_at = None if verdict.undo_until else now
    update_row(appointment, CANCEL_FIELDS)
    if verdict.undo_until:
        keep_for_undo(appointment, until=verdict.undo_until)
    else:
        free_slots_of(appointment)


CANCEL_FIELDS = [
    "status", "version", "sequence", "cancelled_at", "cancelled_by", "cancelled_by_id", "cancelled_door", "cancel_kind",
    "reason", "note", "fee_minor", "fee_state", "undo_until", "released_at",
]  # fmt: skip


def _cancel_kind(verdict: Verdict, actor: Actor) -> str:
    if actor.side is not Side.PATIENT:
        return "by_practice"
    return "late" if verdict.kind is Kind.LATE else "in_time"


def _decided(appointment: Appointment, verdict: Verdict, review_why: str) -> dict[str, Any]:
    undo_until = appointment.undo_until.isoformat() if appointment.undo_until else None
    in_review = appointment.fee_state == Appointment.FeeState.IN_REVIEW
    return facts_of_verdict(verdict) | {
        "fee_state": appointment.fee_state,
        "review_why": review_why if in_review else "",
        "cancel_kind": appointment.cancel_kind,
        "undo_until": undo_until,
    }


def _tell_practice(
    appointment: Appointment, verdict: Verdict, *, actor: Actor, door: Door, reason: str, note: str, now: datetime
) -> CancelOutcome:
    """The visit stays booked; the practice learns at once that the patient will not come. Once is enough."""
    if appointment.told_at is not None:
        told = Event.objects.filter(subject_id=appointment.pk, kind=TOLD).latest("version")
        return CancelOutcome(CancelResult.TOLD, appointment.reference, verdict, told.pk)
    appointment.version += 1
    appointment.told_at = now
    appointment.reason = reason
    appointment.note = note[:LONGEST_NOTE]
    update_row(appointment, ["version", "told_at", "reason", "note"])
    data = facts_of_verdict(verdict)
    event = record(appointment, TOLD, actor=actor, door=door, now=now, data=data)
    return CancelOutcome(CancelResult.TOLD, appointment.reference, verdict, event.pk, event)
