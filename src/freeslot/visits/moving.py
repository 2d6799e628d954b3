"""One press of the move page: the form in, the operation called, and what is left standing said in words."""

from datetime import datetime

from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from freeslot.scheduling.errors import BadReason, KeyReused, SlotsUnsuitable, SlotTaken, UnknownAppointment
from freeslot.scheduling.models import Appointment, Checkout
from freeslot.scheduling.operations.move import MoveOutcome, MoveResult, move_appointment
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.asking import Asker
from freeslot.visits.forms import NOT_OFFERED, STALE, MoveForm
from freeslot.visits.holds import keep_time, kept_time
from freeslot.visits.proof import prove
from freeslot.visits.times import NotATime, Picked, picked_from, slot_ids_at
from freeslot.visits.tried import tried_at
from freeslot.visits.unsuitable import words_against


class MoveStays(Exception):
    """Nothing was changed, and why; with 409 the fee it would take along is not the one that was shown."""

    def __init__(self, why: str | Promise = "", *, status: int = 422) -> None:
        super().__init__(str(why))
        self.why, self.status = str(why), status


class NotThen(Exception):
    """The time cannot be had, and why; `around` is when it would be, where that much is known."""

    def __init__(self, why: str, *, around: datetime | None = None) -> None:
        super().__init__(why)
        self.why, self.around = why, around


def look_at(value: str, visit: Appointment, *, asker: Asker, now: datetime) -> tuple[list[int], Checkout | None]:
    """The slots of the time with this form value, and what keeps them from now on. Raises MoveStays or NotThen."""
    if not visit.move_verdict(asker.actor, now).is_allowed:
        raise MoveStays
    picked = _picked(value, visit)
    if (picked.starts_at, picked.practitioner_id) == (visit.starts_at, visit.practitioner_id):
        raise NotThen(_("That is the time your visit has already."), around=picked.starts_at)
    try:
        slot_ids = slot_ids_at(picked, visit.visit_type, now=now)
        return slot_ids, keep_time(visit, slot_ids, asker=asker, now=now)
    except (SlotsUnsuitable, SlotTaken) as error:
        raise NotThen(words_against(error), around=picked.starts_at) from None


def press_move(form: MoveForm, visit: Appointment, *, asker: Asker, now: datetime) -> None:
    """Moves the visit and issues the receipt. Raises MoveStays, NotThen, or Http404 to a stranger."""
    if not form.is_valid():
        raise MoveStays(STALE if set(form.errors) - {"reason", "note"} else unchanged(form))
    picked = _picked(form.cleaned_data["time"], visit)
    try:
        never_moved = visit if visit.moved_at is None else None
        slot_ids = slot_ids_at(picked, visit.visit_type, now=now, never_moved=never_moved)
        outcome = _move(form, visit, slot_ids, asker=asker, now=now)
    except (SlotsUnsuitable, SlotTaken) as error:
        raise NotThen(words_against(error), around=picked.starts_at) from None
    if outcome.result is MoveResult.FEE_ROSE:
        raise MoveStays(STALE if form.cleaned_data["confirm"] is None else "", status=409)
    if outcome.result is MoveResult.REFUSED:
        raise MoveStays
    prove(outcome.event)


def unchanged(form: MoveForm) -> str:
    """What is so, and what to do about it: the first thing that is wrong with the form."""
    first = next(str(error) for errors in form.errors.values() for error in errors)
    return _("Nothing was changed. %(problem)s") % {"problem": first}


def _picked(value: str, visit: Appointment) -> Picked:
    try:
        return picked_from(value, visit.practice.tz)
    except NotATime as none:
        raise NotThen(none.why) from None


def _move(form: MoveForm, visit: Appointment, slot_ids: list[int], *, asker: Asker, now: datetime) -> MoveOutcome:
    said, kept = form.cleaned_data, kept_time(visit, asker=asker, now=now)
    try:
        with telling_what_was_saved():
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
            )
    except UnknownAppointment:
        raise Http404 from None
    except KeyReused:
        form.add_error("key", str(STALE))
        raise MoveStays(STALE) from None
    except BadReason:
        form.add_error("reason", str(NOT_OFFERED) if said["reason"] else _("Choose why you are moving it."))
        raise MoveStays(unchanged(form)) from None
