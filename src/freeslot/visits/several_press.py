"""One press for several visits: all are judged first, then each is cancelled in a transaction of its own."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404

from freeslot.scheduling.errors import BadReason
from freeslot.scheduling.operations.cancel import check_reason, verdict_of_press
from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown
from freeslot.scheduling.policy import Kind, Why
from freeslot.visits.cancelling import Stays, press_cancel, wrong_reason
from freeslot.visits.forms import STALE, CancelForm
from freeslot.visits.several import Item
from freeslot.visits.tried import tried_at

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pressed:
    """How far the press came: `unknown` is the one whose commit was lost sight of, `left` those still to do.

    `is_away` says that the database stopped it; else one of them was changed by somebody else just then.
    """

    done: Sequence[Item] = ()
    unknown: Sequence[Item] = ()
    left: Sequence[Item] = ()
    is_away: bool = False


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
            log.error("Whether a press was saved is not known: %s", error)  # noqa: TRY400  it can quote what was typed
            return Pressed(items[:at], items[at : at + 1], items[at + 1 :], is_away=True)
        except NotSaved as error:
            log.error("The database failed: %s", error)  # noqa: TRY400  as above
            return Pressed(items[:at], left=items[at:], is_away=True)
        except (Stays, Http404):
            return Pressed(items[:at], left=items[at:])
    return Pressed(items)


def _problem(item: Item, form: CancelForm, now: datetime) -> Stays | None:
    if not form.is_valid() or form.cleaned_data["confirm"] is None:
        return Stays(STALE)
    said = form.cleaned_data
    verdict = verdict_of_press(item.visit, item.asker.actor, now, tried_at(said["tried"], ref=item.ref))
    if verdict.why is Why.CANCELLED:
        return None
    if verdict.kind is Kind.REFUSED:
        return Stays("", verdict=verdict)
    if verdict.fee.minor > said["confirm"]:
        return Stays("", status=409, verdict=verdict)
    try:
        check_reason(item.visit.rules, said["reason"])
    except BadReason:
        words = wrong_reason(said["reason"])
        form.add_error("reason", words)
        return Stays(words)
    return None
