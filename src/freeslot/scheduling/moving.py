"""What a practice's rules say about moving one visit: a pure function from the same facts as the verdict on a cancel.

A move costs nothing by itself. Inside the late window it takes the fee of a cancel at that moment along, so that no
sequence of move, undo and cancel ends cheaper than one cancel at the first press.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import VisitFacts, verdict_for
from freeslot.scheduling.rulebook import Rules
from freeslot.scheduling.states import Act, Side, Status, transition


class WhyNot(StrEnum):
    """The one reason that stands against a move; every page has its sentence for it."""

    STARTED = "started"
    CHECKED_IN = "checked_in"
    OVER = "over"
    CANCELLED = "cancelled"
    TOLD = "told"
    TOO_LATE = "too_late"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True)
class MoveVerdict:
    """`why_not` is None where a move is allowed. `until` is the last second for one; `carried` is the fee that a cancel
    after the move would cost at least; `left` is how many moves there still are, None where they are not counted."""

    why_not: WhyNot | None
    until: datetime
    carried: Money
    left: int | None = None

    @property
    def is_allowed(self) -> bool:
        return self.why_not is None


def move_verdict_for(facts: VisitFacts, rules: Rules, side: Side, now: datetime) -> MoveVerdict:
    """The verdict on a move at `now` (aware). The deadline's own second still allows it; the practice has none."""
    side = mover(side)
    until = move_until(facts, rules)
    left = None if rules.move.most is None else max(rules.move.most - facts.moves, 0)
    carried = verdict_for(facts, rules, side, now).fee
    return MoveVerdict(_why_not(facts, side, now, until, left), until, carried, left)


def mover(side: Side) -> Side:
    """For whom a move is made: what happens by itself fulfils a patient's wish, and is judged as their own press."""
    return Side.PRACTICE if side is Side.PRACTICE else Side.PATIENT


def move_until(facts: VisitFacts, rules: Rules) -> datetime:
    """The practice's own deadline for moves, else the end of cancels online, else the start. A deadline is a length
    before it or a time on an earlier day, so it is never after it."""
    deadline = rules.move.until or rules.tell_after
    return deadline.moment(facts.starts_at, facts.zone) if deadline else facts.starts_at.astimezone(UTC)


def _why_not(facts: VisitFacts, side: Side, now: datetime, until: datetime, left: int | None) -> WhyNot | None:
    if facts.status is Status.CANCELLED:
        return WhyNot.CANCELLED
    if transition(Act.MOVE, facts.status, side) is None:
        return WhyNot.CHECKED_IN if facts.status is Status.ARRIVED else WhyNot.OVER
    if side is Side.PRACTICE:
        return None
    if now >= facts.starts_at:
        return WhyNot.STARTED
    if facts.is_told:
        return WhyNot.TOLD
    if now.replace(microsecond=0) > until:
        return WhyNot.TOO_LATE
    return WhyNot.TOO_OFTEN if left == 0 else None
