"""Keeps the new time of a visit that somebody is about to move, for as long as they look at it."""

from datetime import datetime

from freeslot.scheduling.errors import SchedulingError, TooManyHolds
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.checkout import begin_checkout, end_checkout
from freeslot.scheduling.reading import read_kept
from freeslot.scheduling.tokens import keyed_hash
from freeslot.visits.asking import Asker
from freeslot.visits.times import Picked


def source_of(asker: Asker) -> str:
    """Who keeps times: a keyed hash of the account, or of the visit that a link opened."""
    actor = asker.actor
    who = f"{actor.kind} {actor.id or ' '.join(map(str, actor.appointment_ids))}"
    return keyed_hash("mover", who)


def keep_time(
    visit: Appointment, picked: Picked, slot_ids: list[int], *, asker: Asker, now: datetime
) -> Checkout | None:
    """Keeps these slots instead of those kept for this move before; the same ones no longer than they were.

    None where this asker keeps as many times as the rules let them: the move goes on without. Raises SlotTaken or
    SlotsUnsuitable.
    """
    kept = kept_time(visit, asker=asker, now=now)
    if kept and kept.slot_ids == slot_ids:
        return kept
    try:
        return begin_checkout(
            visit_type=visit.visit_type,
            slot_ids=slot_ids,
            source=source_of(asker),
            now=now,
            account_id=asker.user_id,
            moving=visit,
            instead_of=kept.pk if kept else None,
        )
    except SchedulingError as error:
        # The same press, made twice at once.
        kept = kept_time(visit, asker=asker, now=now)
        if kept and (kept.starts_at, kept.practitioner_id) == (picked.starts_at, picked.practitioner_id):
            return kept
        if isinstance(error, TooManyHolds):
            return None
        raise


def kept_time(visit: Appointment, *, asker: Asker, now: datetime) -> Checkout | None:
    """What is kept for this asker's move of this visit."""
    return read_kept(source_of(asker), moving=visit, now=now)


def let_go(visit: Appointment, *, asker: Asker, now: datetime) -> None:
    """Gives back what is kept for this move, if anything."""
    if kept := kept_time(visit, asker=asker, now=now):
        end_checkout(checkout_id=kept.pk, now=now)
