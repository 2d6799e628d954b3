"""Moving a series: where each visit would go with the first, and the one press for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from freeslot.scheduling.errors import (
    BadReason,
    SchedulingError,
    SlotsUnsuitable,
    SlotTaken,
    UnknownAppointment,
    Unsuitable,
)
from freeslot.scheduling.moving import MoveVerdict
from freeslot.scheduling.operations.move import MoveOutcome, MoveResult
from freeslot.scheduling.operations.series import MovePress, SeriesOutcome, move_series
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.scheduling.series import Planned, plan_move
from freeslot.visits.forms import STALE, MoveForm
from freeslot.visits.proof import prove
from freeslot.visits.several import Item
from freeslot.visits.snapshot import start_in
from freeslot.visits.times import Picked, picked_from, value_of
from freeslot.visits.tried import tried_at
from freeslot.visits.unsuitable import TAKEN, UNSUITABLE, NotThen, moved_meanwhile, words_against, words_against_move


@dataclass(frozen=True)
class Going:
    """One visit, where it would go, and `against`: why it cannot, in words; empty where it can."""

    item: Item
    planned: Planned
    verdict: MoveVerdict
    against: str = ""

    @property
    def value(self) -> str:
        """The new time as a form sends it."""
        if self.planned.starts_at is None:
            return ""
        visit = self.item.visit
        return value_of(Picked(self.planned.starts_at, visit.practitioner_id), visit.practice.tz)


def goings(items: Sequence[Item], value: str, *, now: datetime) -> list[Going]:
    """Where all would go if the first goes to the time with this form value. Raises NotThen where that is none, or none
    that the first can have."""
    first = items[0].visit
    picked = picked_from(value, first.practice.tz)
    if picked.practitioner_id != first.practitioner_id:
        raise NotThen(_("A series keeps its practitioner. Move the visits one by one to change that."))
    if picked.starts_at <= now:
        raise NotThen(str(UNSUITABLE[Unsuitable.PAST]), around=picked.starts_at)
    planned = plan_move([item.visit for item in items], picked.starts_at, now=now)
    if against := _words_on(planned[0]):
        raise NotThen(against, around=picked.starts_at)
    return [_going(item, each, now) for item, each in zip(items, planned, strict=True)]


def _going(item: Item, planned: Planned, now: datetime) -> Going:
    verdict = item.visit.move_verdict(item.asker.actor, now)
    return Going(item, planned, verdict, words_against_move(verdict, item.card.place) or _words_on(planned))


def _words_on(planned: Planned) -> str:
    """What is against the time itself; empty where nothing is."""
    if planned.against:
        return str(UNSUITABLE[planned.against])
    return str(TAKEN) if planned.is_taken else ""


def press_series_move(
    going: Sequence[Going], forms: Mapping[str, MoveForm], *, now: datetime
) -> tuple[dict[str, str], int]:
    """What stood against which of them, by reference, and the status to answer with; nothing where all have moved.

    Raises NotSaved, OutcomeUnknown, or Http404 where they are no series of the asker's.
    """
    if problems := _malformed(going, forms):
        return problems, 422
    presses = [_press(each, forms[each.item.ref]) for each in going]
    try:
        with telling_what_was_saved():
            outcome = move_series(presses=presses, door=going[0].item.asker.door, now=now)
    except UnknownAppointment:
        raise Http404 from None
    if outcome.is_done:
        for each in outcome.outcomes.values():
            prove(each.event)
        return {}, 303
    rose = any(
        outcome.outcomes[ref].result is MoveResult.FEE_ROSE for ref in outcome.against if ref in outcome.outcomes
    )
    by_ref = {each.item.ref: each for each in going}
    return {ref: _why(outcome, by_ref[ref], forms[ref]) for ref in outcome.against}, 409 if rose else 422


def _malformed(going: Sequence[Going], forms: Mapping[str, MoveForm]) -> dict[str, str]:
    """Exactly what was shown is pressed for: where a visit would go elsewhere by now, it is shown once more, and which
    of them were moved meanwhile."""
    found, moved = {}, {}
    for each in going:
        form = forms[each.item.ref]
        is_whole = form.is_valid() and form.cleaned_data["confirm"] is not None
        if not is_whole or form.cleaned_data["time"] != each.value:
            found[each.item.ref] = str(STALE)
        if start_in(form.cleaned_data.get("seen", ""), ref=each.item.ref) not in {None, each.item.visit.starts_at}:
            moved[each.item.ref] = moved_meanwhile(each.item.card)
    return found and (moved or found)


def _press(going: Going, form: MoveForm) -> MovePress:
    said, item = form.cleaned_data, going.item
    return MovePress(
        ref=item.ref,
        actor=item.asker.actor,
        accepted_fee=said["confirm"],
        idempotency_key=said["key"],
        reason=said["reason"],
        note=said["note"],
        tried_at=tried_at(said["tried"], ref=item.ref),
        slot_ids=going.planned.slot_ids,
        seen_at=start_in(said["seen"], ref=item.ref),
    )


def _why(outcome: SeriesOutcome[MoveOutcome], going: Going, form: MoveForm) -> str:
    error: SchedulingError | None = outcome.against[going.item.ref]
    if isinstance(error, (SlotTaken, SlotsUnsuitable)):
        return words_against(error)
    if isinstance(error, BadReason):
        return form.wrong_reason
    if error is not None:
        return str(STALE)
    said = outcome.outcomes[going.item.ref]
    if said.result is MoveResult.ELSEWHERE:
        return moved_meanwhile(going.item.card)
    if said.result is MoveResult.FEE_ROSE:
        return _("What a cancel would cost after the move is not what you saw.")
    return words_against_move(said.verdict, going.item.card.place) if said.verdict else ""
