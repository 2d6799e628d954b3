"""Moves a visit: takes the new slots, then frees the old, in one transaction; on any failure the old visit stands."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from freeslot.database.rows import update_row
from freeslot.events.models import Event
from freeslot.practices.models import policy_for
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.moving import MoveVerdict, mover
from freeslot.scheduling.operations.cancel import LONGEST_NOTE
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.record import facts_of_terms, record
from freeslot.scheduling.operations.repeats import Key
from freeslot.scheduling.operations.slots import free_held_by, free_some_of, make_busy
from freeslot.scheduling.operations.suiting import Wanted, suitable_slots
from freeslot.scheduling.reading import FOR_MOVE, slot_ids_of
from freeslot.scheduling.reasons import check_reason
from freeslot.scheduling.states import Side


class MoveResult(StrEnum):
    MOVED = "moved"
    SAME = "same"
    ELSEWHERE = "elsewhere"
    FEE_ROSE = "fee_rose"
    REFUSED = "refused"


@dataclass(frozen=True)
class MoveOutcome:
    """What the press led to; `event` is there where this press made it. SAME: the visit has that time already.
    ELSEWHERE: it is not at the time it was seen at. With all but MOVED nothing was changed."""

    result: MoveResult
    reference: str
    verdict: MoveVerdict | None = None
    event_id: uuid.UUID | None = None
    event: Event | None = None


def move_appointment(
    *,
    ref: str,
    slot_ids: Sequence[int],
    actor: Actor,
    door: Door,
    accepted_fee: int,
    idempotency_key: str,
    now: datetime,
    holder: uuid.UUID | None = None,
    chosen_at: datetime | None = None,
    reason: str = "",
    note: str = "",
    tried_at: datetime | None = None,
    as_wished: bool = False,
    seen_at: datetime | None = None,
) -> MoveOutcome:
    """The same visit, under the same reference, rules, calendar UID and links, at another time.

    `accepted_fee` is the fee that the actor was told the move takes along, in minor units; a higher one is never taken.
    `holder` names the checkout of this move that keeps the new slots, `chosen_at` is when that began; by the name of
    any other nobody has them. `tried_at` is the server's own stamp of a failed attempt. `as_wished` says that the
    patient wished for it beforehand and pressed nothing now; `seen_at` is when the visit was to start on the page that
    was pressed, where that is known.
    Raises UnknownAppointment, SlotTaken, SlotsUnsuitable, BadReason or KeyReused.
    """
    key = Key(actor, "move", idempotency_key, (ref, *sorted(slot_ids)))
    with transaction.atomic():
        appointment = lock_appointment(ref, actor=actor, now=now, parts=FOR_MOVE)
        if earlier := key.earlier():
            return MoveOutcome(MoveResult(earlier.said["result"]), ref, event_id=earlier.event_id)
        verdict = appointment.move_verdict(actor, appointment.rules.judged_at(now, tried_at))
        own = slot_ids_of(appointment) if verdict.is_allowed else set()
        if own == set(slot_ids) and own:
            key.store(None, practice_id=appointment.practice_id, now=now, result=MoveResult.SAME)
            return MoveOutcome(MoveResult.SAME, ref, verdict)
        if not verdict.is_allowed:
            return MoveOutcome(MoveResult.REFUSED, ref, verdict)
        if seen_at not in {None, appointment.starts_at}:
            return MoveOutcome(MoveResult.ELSEWHERE, ref, verdict)
        if actor.side is Side.PATIENT:
            check_reason(reason, appointment.rules.move.reason, among=appointment.rules.reasons)
        if verdict.carried.minor > accepted_fee:
            return MoveOutcome(MoveResult.FEE_ROSE, ref, verdict)
        if holder and not _end_checkout(holder, appointment, now):
            holder = None
        slots = _new_slots(appointment, slot_ids, actor, now, chosen_at)
        make_busy([pk for pk in slot_ids if pk not in own], appointment=appointment, now=now, holder=holder)
        free_some_of(appointment, own - set(slot_ids))
        if holder:
            free_held_by(holder)
        before = _place_of(appointment)
        _mark_moved(appointment, slots, verdict, actor, reason, note, now)
        data = before | facts_of_terms(appointment) | {"carried_fee_minor": appointment.carried_fee_minor}
        data["moves"] = appointment.moves
        data["late"] = verdict.carried.minor > 0
        data |= {"wish": True} if as_wished else {}
        event = record(appointment, "appointment.moved", actor=actor, door=door, now=now, data=data)
        key.store(event.pk, practice_id=appointment.practice_id, now=now, result=MoveResult.MOVED)
    return MoveOutcome(MoveResult.MOVED, ref, verdict, event.pk, event)


def _end_checkout(holder: uuid.UUID, appointment: Appointment, now: datetime) -> bool:
    """It has led to this visit; whether it is a move of it that had not ended. The row before the turns of a day and
    the slots, as whoever keeps or gives back a time takes them: in another order two tabs of one patient would wait for
    each other."""
    mine = Checkout.objects.filter(pk=holder, moving=appointment, ended_at__isnull=True)
    return mine.update(ended_at=now, appointment=appointment) == 1


def _new_slots(
    appointment: Appointment, slot_ids: Sequence[int], actor: Actor, now: datetime, chosen_at: datetime | None
) -> list[Slot]:
    """What times are offered, the practice's rules of today say; what a move may change, those of the visit."""
    policy = policy_for(appointment.visit_type, now=now)
    wanted = Wanted(
        appointment.visit_type,
        appointment.patient,
        policy,
        side=mover(actor.side),
        moving=appointment,
        chosen_at=chosen_at,
    )
    return suitable_slots(slot_ids, wanted, now=now)


def _place_of(appointment: Appointment) -> dict[str, Any]:
    return {
        "starts_at_before": appointment.starts_at.isoformat(),
        "ends_at_before": appointment.ends_at.isoformat(),
        "practitioner_id_before": str(appointment.practitioner_id),
        "location_id_before": str(appointment.location_id),
    }


def _mark_moved(
    appointment: Appointment,
    slots: Sequence[Slot],
    verdict: MoveVerdict,
    actor: Actor,
    reason: str,
    note: str,
    now: datetime,
) -> None:
    appointment.version += 1
    appointment.sequence += 1
    appointment.practitioner_id = slots[0].practitioner_id
    appointment.location_id = slots[0].location_id
    appointment.starts_at = slots[0].starts_at
    appointment.ends_at = slots[0].starts_at + appointment.visit_type.length
    appointment.slot_count = len(slots)
    appointment.moved_at = now
    appointment.move_reason = reason
    appointment.move_note = note[:LONGEST_NOTE]
    if mover(actor.side) is Side.PATIENT:
        appointment.moves += 1
        appointment.carried_fee_minor = max(appointment.carried_fee_minor, verdict.carried.minor)
    else:
        appointment.moved_by_practice_at = now
        appointment.told_at = None
    update_row(appointment, MOVE_FIELDS)


MOVE_FIELDS = [
    "version", "sequence", "practitioner", "location", "starts_at", "ends_at", "slot_count", "moved_at", "move_reason",
    "move_note", "moves", "carried_fee_minor", "moved_by_practice_at", "told_at",
]  # fmt: skip
