"""What a practice's rules say about one visit, one actor, one moment: a pure function from facts to a verdict."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from freeslot.scheduling.money import Money
from freeslot.scheduling.rulebook import Rules, Step
from freeslot.scheduling.states import Act, Side, Status, transition


@dataclass(frozen=True)
class VisitFacts:
    """What the verdict needs to know of a visit; `carried_fee_minor` is the lateness a move took along, `moved_at` when
    its present time was chosen if that was not when it was booked, `moves` how often the patient has moved it."""

    status: Status
    starts_at: datetime
    booked_at: datetime
    zone: ZoneInfo
    price: Money
    payer: str = ""
    moved_by_practice: bool = False
    carried_fee_minor: int = 0
    moved_at: datetime | None = None
    moves: int = 0
    is_told: bool = False

    @property
    def chosen_at(self) -> datetime:
        """When the time that the visit has now was chosen."""
        return self.moved_at or self.booked_at


class Kind(StrEnum):
    ALLOWED = "allowed"
    LATE = "late"
    REFUSED = "refused"


class Why(StrEnum):
    """The one reason that decided the verdict; every page and message has its sentence for it."""

    NO_FEES = "no_fees"
    IN_TIME = "in_time"
    GRACE = "grace"
    PAYER = "payer"
    MOVED_BY_PRACTICE = "moved_by_practice"
    BY_PRACTICE = "by_practice"
    LATE = "late"
    CARRIED = "carried"
    TELL = "tell"
    STARTED = "started"
    CHECKED_IN = "checked_in"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class FeeStep:
    """From just after this instant on the fee is this high."""

    after: datetime
    fee: Money


@dataclass(frozen=True)
class Verdict:
    """`deadline` is the last second that is free, None where no fee can arise; `steps` are the fees that rise, in
    order. `undo_until` is when an undo of a cancel made now would end, None when there would be none. With
    `why == TELL` the press tells the practice, and `fee` is what its rules say a late cancel costs. With `is_carried`
    free cancelling had ended before a move that took its fee along, and `deadline` is no more than that move's moment.
    """

    kind: Kind
    why: Why
    fee: Money
    deadline: datetime | None = None
    steps: tuple[FeeStep, ...] = ()
    phone_steps: tuple[FeeStep, ...] | None = None
    undo_until: datetime | None = None
    is_carried: bool = False

    @property
    def tells_practice(self) -> bool:
        return self.why is Why.TELL


def verdict_for(facts: VisitFacts, rules: Rules, side: Side, now: datetime) -> Verdict:
    """The verdict on a cancel at `now` (aware). The deadline's own second is still free."""
    free = Money(0, facts.price.currency)
    if refusal := _refusal(facts, side, now):
        return Verdict(Kind.REFUSED, refusal, free)
    if exemption := _exemption(facts, rules, side):
        steps: tuple[FeeStep, ...] = ()
        fee, why, kind = free, exemption, Kind.ALLOWED
    else:
        steps = fee_steps(facts, rules.steps, rules.grace_after_booking)
        # What was carried along counts at once: in the second of the move, and by a clock that was set back.
        carried = replace(free, minor=facts.carried_fee_minor)
        fee = max([carried, *(step.fee for step in steps if _is_after(now, step.after))])
        why = _why_late(facts, fee) if fee else _why_free(facts, rules, steps)
        kind = Kind.LATE if fee else Kind.ALLOWED
    verdict = Verdict(
        kind,
        why,
        fee,
        deadline=steps[0].after if steps else None,
        steps=steps,
        phone_steps=None if exemption else _phone_steps(facts, rules),
        undo_until=undo_until(facts, rules, now),
        is_carried=bool(steps and facts.carried_fee_minor),
    )
    if (
        side is Side.PATIENT
        and rules.tell_after
        and _is_after(now, rules.tell_after.moment(facts.starts_at, facts.zone))
    ):
        return replace(verdict, kind=Kind.REFUSED, why=Why.TELL, undo_until=None)
    return verdict


def undo_until(facts: VisitFacts, rules: Rules, now: datetime) -> datetime | None:
    """When an undo of a cancel made at `now` would end, None when there would be none.

    A request that was not answered has none: an undo ends in a booked visit, which nobody has granted.
    """
    if facts.status is Status.PENDING:
        return None
    ends = min(now + rules.undo_for, facts.starts_at - rules.undo_ends_before)
    return ends if ends > now else None


def fee_steps(facts: VisitFacts, steps: tuple[Step, ...], grace: timedelta) -> tuple[FeeStep, ...]:
    """The instants before the start at which the fee rises, in order; it never falls, whatever the rules say.

    A visit booked, or moved, to a time whose free deadline had passed is free for the grace. A fee carried along by a
    move counts from the beginning.
    """
    free_for = grace if _was_booked_late(facts, steps) else timedelta()
    rising: list[FeeStep] = []
    chosen_at = facts.chosen_at.replace(microsecond=0)
    carried = [FeeStep(chosen_at, Money(facts.carried_fee_minor, facts.price.currency))]
    found = [FeeStep(max(_moment(step, facts), chosen_at + free_for), step.fee.of(facts.price)) for step in steps]
    for each in carried + sorted(found, key=lambda step: step.after):
        rises = each.fee.minor > (rising[-1].fee.minor if rising else 0)
        if rises and each.after < facts.starts_at:
            rising.append(each)
    return tuple(rising)


def _was_booked_late(facts: VisitFacts, steps: tuple[Step, ...]) -> bool:
    return any(step.fee.of(facts.price) and facts.chosen_at > _moment(step, facts) for step in steps)


def _moment(step: Step, facts: VisitFacts) -> datetime:
    return step.after.moment(facts.starts_at, facts.zone)


def _refusal(facts: VisitFacts, side: Side, now: datetime) -> Why | None:
    if facts.status is Status.CANCELLED:
        return Why.CANCELLED
    if transition(Act.CANCEL, facts.status, side) is None:
        return Why.CHECKED_IN if facts.status is Status.ARRIVED else Why.OVER
    return Why.STARTED if now >= facts.starts_at and side is Side.PATIENT else None


def _exemption(facts: VisitFacts, rules: Rules, side: Side) -> Why | None:
    if side is not Side.PATIENT:
        return Why.BY_PRACTICE
    if facts.moved_by_practice:
        return Why.MOVED_BY_PRACTICE
    return Why.PAYER if facts.payer and facts.payer in rules.never_charged_payers else None


def _why_late(facts: VisitFacts, fee: Money) -> Why:
    """A fee that is no higher than what a move took along comes from before it."""
    return Why.CARRIED if fee.minor <= facts.carried_fee_minor else Why.LATE


def _why_free(facts: VisitFacts, rules: Rules, steps: tuple[FeeStep, ...]) -> Why:
    if _was_booked_late(facts, rules.steps):
        return Why.GRACE
    return Why.IN_TIME if steps else Why.NO_FEES


def _phone_steps(facts: VisitFacts, rules: Rules) -> tuple[FeeStep, ...] | None:
    if rules.phone_steps is None:
        return None
    return fee_steps(facts, rules.phone_steps, rules.grace_after_booking)


def _is_after(now: datetime, deadline: datetime) -> bool:
    return now.replace(microsecond=0) > deadline
