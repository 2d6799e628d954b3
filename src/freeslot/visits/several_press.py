"""One press for several visits: all are judged first, then each is cancelled in a transaction of its own.

Those of one series are cancelled in one transaction, all or none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.http import Http404

from freeslot.scheduling.errors import BadReason, UnknownAppointment
from freeslot.scheduling.operations.cancel import CancelOutcome, CancelResult, verdict_of_press
from freeslot.scheduling.operations.series import CancelPress, SeriesOutcome, cancel_series
from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown, note_failure, telling_what_was_saved
from freeslot.scheduling.policy import Kind, Why
from freeslot.scheduling.reasons import check_reason
from freeslot.visits.cancelling import press_cancel
from freeslot.visits.forms import STALE, CancelForm
from freeslot.visits.pressing import Stays
from freeslot.visits.proof import prove
from freeslot.visits.several import Item
from freeslot.visits.tried import tried_at


@dataclass(frozen=True)
class Pressed:
    """How far the press came: `unknown` is the one whose commit was lost sight of, `left` those still to do.

    `is_away` says that the database stopped it; else one of them was changed by somebody else just then. `problems`
    are what stood against some of a series, so that none of it was changed.
    """

    done: Sequence[Item] = ()
    unknown: Sequence[Item] = ()
    left: Sequence[Item] = ()
    is_away: bool = False
    problems: dict[str, Stays] = field(default_factory=dict)


def problems_of(items: Sequence[Item], forms: Mapping[str, CancelForm], *, now: datetime) -> dict[str, Stays]:
    """Why some of them cannot be cancelled as they were shown, by reference; nothing is changed by asking."""
    found = {item.ref: _problem(item, forms[item.ref], now) for item in items}
    return {ref: problem for ref, problem in found.items() if problem}


def press_all(items: Sequence[Item], forms: Mapping[str, CancelForm], *, now: datetime) -> Pressed:
    """Cancels one after another, and issues each one's receipt; the first that fails ends it."""
    for at, item in enumerate(items):
        try:
            press_cancel(forms[item.ref], ref=item.ref, asker=item.asker, now=now)
        except OutcomeUnknown as error:
            note_failure(error)
            return Pressed(items[:at], items[at : at + 1], items[at + 1 :], is_away=True)
        except NotSaved as error:
            note_failure(error)
            return Pressed(items[:at], left=items[at:], is_away=True)
        except (Stays, Http404):
            return Pressed(items[:at], left=items[at:])
    return Pressed(items)


def press_as_one(items: Sequence[Item], forms: Mapping[str, CancelForm], *, now: datetime) -> Pressed:
    """Cancels a series in one transaction, then issues each one's receipt."""
    presses = [_press(item, forms[item.ref]) for item in items]
    try:
        with telling_what_was_saved():
            outcome = cancel_series(presses=presses, door=items[0].asker.door, now=now)
    except OutcomeUnknown as error:
        note_failure(error)
        return Pressed(unknown=items, is_away=True)
    except NotSaved as error:
        note_failure(error)
        return Pressed(left=items, is_away=True)
    except UnknownAppointment:
        raise Http404 from None
    if not outcome.is_done:
        return Pressed(left=items, problems={ref: _against(outcome, ref) for ref in outcome.against})
    for each in outcome.outcomes.values():
        prove(each.event)
    return Pressed(items)


def _press(item: Item, form: CancelForm) -> CancelPress:
    said = form.cleaned_data
    return CancelPress(
        ref=item.ref,
        actor=item.asker.actor,
        accepted_fee=said["confirm"] or 0,
        idempotency_key=said["key"],
        reason=said["reason"],
        note=said["note"],
        tried_at=tried_at(said["tried"], ref=item.ref),
        ask_review=bool(said["review"]),
        review_why=said["review"],
    )


def _against(outcome: SeriesOutcome[CancelOutcome], ref: str) -> Stays:
    """What changed between the look and the press, said of the visit that it stands against."""
    said = outcome.outcomes.get(ref)
    if said is None:
        return Stays(STALE)
    return Stays(status=409 if said.result is CancelResult.FEE_ROSE else 422)


def _problem(item: Item, form: CancelForm, now: datetime) -> Stays | None:
    if not form.is_valid() or form.cleaned_data["confirm"] is None:
        return Stays(STALE)
    said = form.cleaned_data
    verdict = verdict_of_press(item.visit, item.asker.actor, now, tried_at(said["tried"], ref=item.ref))
    if verdict.why is Why.CANCELLED:
        return None
    if verdict.kind is Kind.REFUSED:
        return Stays()
    if verdict.fee.minor > said["confirm"]:
        return Stays(status=409)
    try:
        rules = item.visit.rules
        check_reason(said["reason"], rules.reason, among=rules.reasons)
    except BadReason:
        words = form.wrong_reason
        form.add_error("reason", words)
        return Stays(words)
    return None
