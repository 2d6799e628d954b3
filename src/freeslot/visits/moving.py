"""One press of the move page: the form in, the operation called, and what is left standing said in words."""

from datetime import datetime

from django.utils.translation import gettext as _

from freeslot.scheduling.errors import SlotsUnsuitable, SlotTaken
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.move import MoveOutcome, MoveResult, move_appointment
from freeslot.visits.asking import Asker
from freeslot.visits.forms import MoveForm
from freeslot.visits.holds import keep_time, kept_time
from freeslot.visits.pressing import MovedMeanwhile, Stays, check_form, fee_rose, saying_what_stands
from freeslot.visits.proof import prove
from freeslot.visits.snapshot import start_in
from freeslot.visits.times import picked_from, slots_at
from freeslot.visits.tried import tried_at
from freeslot.visits.unsuitable import NotThen, not_then


def look_at(value: str, visit: Appointment, *, asker: Asker, now: datetime) -> tuple[list[int], Checkout | None]:
    """The slots of the time with this form value, and what keeps them from now on. Raises Stays or NotThen."""
    if not visit.move_verdict(asker.actor, now).is_allowed:
        raise Stays
    picked = picked_from(value, visit.practice.tz)
    if (picked.starts_at, picked.practitioner_id) == (visit.starts_at, visit.practitioner_id):
        raise NotThen(_("That is the time your visit has already."), around=picked.starts_at)
    try:
        slot_ids = [slot.pk for slot in slots_at(picked, visit.visit_type, now=now)]
        return slot_ids, keep_time(visit, picked, slot_ids, asker=asker, now=now)
    except (SlotsUnsuitable, SlotTaken) as error:
        raise not_then(error, picked.starts_at) from None


def press_move(form: MoveForm, visit: Appointment, *, asker: Asker, now: datetime) -> None:
    """Moves the visit and issues the receipt. Raises Stays, NotThen, or Http404 to a stranger."""
    check_form(form)
    picked = picked_from(form.cleaned_data["time"], visit.practice.tz)
    try:
        slots = slots_at(picked, visit.visit_type, now=now)
        _check_not_anothers(slots, visit)
        outcome = _move(form, visit, [slot.pk for slot in slots], asker=asker, now=now)
    except (SlotsUnsuitable, SlotTaken) as error:
        raise not_then(error, picked.starts_at) from None
    if outcome.result is MoveResult.FEE_ROSE:
        raise fee_rose(form)
    if outcome.result is MoveResult.ELSEWHERE:
        raise MovedMeanwhile
    if outcome.result is MoveResult.REFUSED:
        raise Stays
    prove(outcome.event)


def _check_not_anothers(slots: list[Slot], visit: Appointment) -> None:
    """When many want one time, most are answered by this. Raises SlotTaken. Once a visit was moved, a press that is
    sent again may find another's at the time that it has led to before: then the operation answers it."""
    if visit.moved_at is None and any(slot.appointment_id not in {None, visit.pk} for slot in slots):
        raise SlotTaken


def _move(form: MoveForm, visit: Appointment, slot_ids: list[int], *, asker: Asker, now: datetime) -> MoveOutcome:
    said, kept = form.cleaned_data, kept_time(visit, asker=asker, now=now)
    with saying_what_stands(form):
        return move_appointment(
            ref=visit.reference,
            slot_ids=slot_ids,
            actor=asker.actor,
            door=asker.door,
            accepted_fee=said["confirm"] or 0,
            idempotency_key=said["key"],
            now=now,
            holder=kept.pk if kept else None,
            chosen_at=kept.began_at if kept and kept.slot_ids == slot_ids else None,
            reason=said["reason"],
            note=said["note"],
            tried_at=tried_at(said["tried"], ref=visit.reference),
            seen_at=start_in(said["seen"], ref=visit.reference),
        )
