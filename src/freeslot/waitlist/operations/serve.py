"""Serves wishes: moves a visit to an earlier time that has come free, by the same move as ever, and never at a price.

A wish is looked at in one transaction, its visit locked first: two workers at once make one move, and a press of the
patient's comes before it or after it, never between.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from freeslot.scheduling.actors import SYSTEM, ActorKind, Door
from freeslot.scheduling.availability import MOST_DAYS, Ask, OpenTime, ask_for, open_times
from freeslot.scheduling.errors import BadReason, SlotsUnsuitable, SlotTaken, UnknownAppointment
from freeslot.scheduling.intervals import Interval, overlaps
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.scheduling.moving import MoveVerdict, WhyNot
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.move import MoveOutcome, MoveResult, move_appointment
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.noting import note
from freeslot.waitlist.reach import is_free_of_cost

BATCH = 200
# Times that are tried before one gives up until something comes free again.
TRIES = 5


@dataclass(frozen=True)
class Freed:
    """What has come free: with whom, where, and when it begins."""

    practice_id: uuid.UUID
    practitioner_id: uuid.UUID
    location_id: uuid.UUID
    starts_at: datetime


def serve_wishes(*, now: datetime) -> int:
    """Looks for all that wishes ask for, the oldest wish of a practice first; how many visits were moved. Run by the
    worker.

    For what comes free without an event: holds that lapse, slots that are published. Whose turn was longest ago comes
    first, and always all wishes of a practice: of some alone a younger one could have what suits an older.
    """
    waiting = Wish.objects.live().order_by("looked_at", "made_at", "pk")
    served = looked = 0
    for practice_id in dict.fromkeys(waiting.values_list("practice_id", flat=True)[:BATCH]):
        if looked < BATCH:
            found = list(waiting.filter(practice_id=practice_id).order_by("made_at", "pk").values_list("pk", flat=True))
            served += sum(serve_wish(pk, now=now) for pk in found)
            looked += len(found)
            Wish.objects.live().filter(pk__in=found).update(looked_at=now)
    return served


def serve_freed(freed: Freed, *, now: datetime) -> int:
    """Gives what has come free to the oldest wish that it suits; how many visits were moved."""
    waiting = Wish.objects.live().select_related("practice").filter(
        Q(practitioner=None) | Q(practitioner_id=freed.practitioner_id),
        practice_id=freed.practice_id,
        appointment__location_id=freed.location_id,
        appointment__starts_at__gt=freed.starts_at,
        appointment__visit_type__practitioners=freed.practitioner_id,
    )  # fmt: skip
    served = 0
    for wish in waiting.order_by("made_at", "pk"):
        day = freed.starts_at.astimezone(wish.practice.tz).date()
        if wish.terms.suit_day(day):
            served += serve_wish(wish.pk, now=now, on=day)
    return served


def serve_wish(wish_id: uuid.UUID, *, now: datetime, on: date | None = None) -> bool:
    """Moves the visit if a time is open that the wish asks for, `on` one local day or on any; else changes nothing.

    A wish that nothing can fulfil any more is ended.
    """
    with transaction.atomic():
        locked = _locked(wish_id, now)
        if locked is None:
            return False
        wish, visit = locked
        if why := _why_over(wish, visit, now):
            _end(wish, visit, why, now)
            return False
        for found in _times(wish, visit, on, now):
            outcome = _move(wish, visit, found, now)
            if isinstance(outcome, MoveOutcome):
                _end(wish, visit, Wish.Ended.FULFILLED, now, event_id=outcome.event_id)
                return True
            if outcome:
                _end(wish, visit, outcome, now)
                return False
    return False


def end_if_over(appointment_id: uuid.UUID, *, now: datetime) -> None:
    """After something happened to a visit: its wish ends where it has lost its sense."""
    with transaction.atomic():
        for wish_id in Wish.objects.live().filter(appointment_id=appointment_id).values_list("pk", flat=True):
            locked = _locked(wish_id, now)
            if locked and (why := _why_over(*locked, now)):
                _end(*locked, why, now)


def _locked(wish_id: uuid.UUID, now: datetime) -> tuple[Wish, Appointment] | None:
    """The visit locked, and the wish as it is then; None where it has ended."""
    reference = Wish.objects.live().filter(pk=wish_id).values_list("appointment__reference", flat=True).first()
    if reference is None:
        return None
    visit = lock_appointment(reference, actor=SYSTEM, now=now)
    wish = Wish.objects.live().filter(pk=wish_id).first()
    return (wish, visit) if wish else None


def _why_over(wish: Wish, visit: Appointment, now: datetime) -> Wish.Ended | None:
    verdict = visit.move_verdict(wish.actor, now)
    if not verdict.is_allowed:
        return _ending(verdict)
    if _links_were_revoked(wish):
        return Wish.Ended.REFUSED
    has_it = visit.starts_at.astimezone(visit.practice.tz).date() < wish.before_on
    is_over = has_it or verdict.carried or wish.terms.are_over(zone=visit.practice.tz, now=now)
    return Wish.Ended.OVER if is_over else None


def _links_were_revoked(wish: Wish) -> bool:
    """Whether the practice has taken the links away since from whoever made the wish by one."""
    if wish.actor.kind is not ActorKind.PATIENT:
        return False
    return ManageLink.objects.filter(appointment_id=wish.appointment_id, revoked_at__gte=wish.made_at).exists()


def _ending(verdict: MoveVerdict) -> Wish.Ended:
    forbidden = verdict.why_not in {WhyNot.TOLD, WhyNot.TOO_OFTEN}
    return Wish.Ended.REFUSED if forbidden else Wish.Ended.OVER


def _times(wish: Wish, visit: Appointment, on: date | None, now: datetime) -> Iterator[OpenTime]:
    """The earliest first; none that the patient could not attend, or would have to pay to get out of."""
    busy = _own_others(visit)
    tries = 0
    for found in _open(wish, visit, on, now):
        suits = wish.terms.are_met_by(found.starts_at, found.ends_at, zone=visit.practice.tz, now=now)
        is_elsewhere = any(overlaps((found.starts_at, found.ends_at), each) for each in busy)
        if (
            suits
            and not is_elsewhere
            and found.starts_at < visit.starts_at
            and is_free_of_cost(visit, found.starts_at, now)
        ):
            tries += 1
            yield found
        if tries == TRIES:
            return


def _open(wish: Wish, visit: Appointment, on: date | None, now: datetime) -> Iterator[OpenTime]:
    ask = _ask(wish, visit, now)
    first = on or (now + wish.notice).astimezone(visit.practice.tz).date()
    last = on + timedelta(days=1) if on else wish.before_on
    while first < last:
        days = min((last - first).days, MOST_DAYS)
        yield from open_times(ask, first=first, days=days, now=now)
        first += timedelta(days=days)


def _ask(wish: Wish, visit: Appointment, now: datetime) -> Ask:
    """At the place of the visit: nobody is sent across the town without having looked at it."""
    stays = "practitioner" not in visit.rules.move.elsewhere
    who = visit.practitioner_id if stays else wish.practitioner_id
    return ask_for(visit.visit_type, now=now, practitioner_id=who, location_id=visit.location_id, moving=visit)


def _own_others(visit: Appointment) -> list[Interval]:
    """When the patient is at another visit."""
    others = Appointment.objects.live().filter(patient_id=visit.patient_id, starts_at__lt=visit.starts_at)
    return list(others.exclude(pk=visit.pk).values_list("starts_at", "ends_at"))


def _move(wish: Wish, visit: Appointment, found: OpenTime, now: datetime) -> MoveOutcome | Wish.Ended | None:
    """The move that was made, or why there can be none; None where only this time could not be had."""
    try:
        outcome = move_appointment(
            ref=visit.reference,
            slot_ids=found.slot_ids,
            actor=wish.actor,
            door=Door.SYSTEM,
            accepted_fee=0,
            idempotency_key=f"wish-{wish.pk.hex}-{found.slot_ids[0]}"[:64],
            now=now,
            reason=wish.reason,
            as_wished=True,
        )
    except (SlotTaken, SlotsUnsuitable):
        return None
    except (UnknownAppointment, BadReason):
        return Wish.Ended.REFUSED
    return outcome if outcome.result is MoveResult.MOVED else Wish.Ended.REFUSED


def _end(wish: Wish, visit: Appointment, why: Wish.Ended, now: datetime, *, event_id: uuid.UUID | None = None) -> None:
    wish.end(why, now=now, event_id=event_id)
    note(wish, visit, "wish.ended", actor=SYSTEM, door=Door.SYSTEM, now=now)
