"""What a practice's rules say about one visit, one actor, one moment: a pure function from facts to a verdict.

Rules are kept as JSON (`Policy.rules`), read by `freeslot.scheduling.rules.rules_from`:

    {"steps": [{"after": DEADLINE, "fee": {"minor": 2500} | {"percent": 50, "cap_minor": 8000}}, …],
     "phone_steps": [ … ]                  where the rule by phone differs, else absent
     "tell_after": DEADLINE                from then on the practice is told instead of the visit being cancelled
     "reason": "off" | "optional" | "required", "reasons": ["pat-fb", …]
     "proof": ["birth_year"]               what the manage link asks: birth_year, birth_date, member_id
     "undo_minutes": 10, "undo_ends_before_minutes": 60
     "never_charged_payers": ["medicaid"], "grace_after_booking_minutes": 60, "tried_grace_minutes": 60
     "also_lost": {"en": "…", "es": "…"}   what a cancel costs beyond money
     "booking": {"notice_minutes": 0, "horizon_days": 366, "most_per_day": 8,   of one practitioner and visit type
                 "patients": "any" | "new" | "known",
                 "reason": "off" | "optional" | "required", "payer": "off" | "optional" | "required",
                 "care": {"en": "…"},      what kind of care this is for
                 "hold_minutes": 10, "most_renewals": 2, "most_holds": 2, "hold_share_percent": 34}
     "move": {"until": DEADLINE, "most": 3, "reason": "off" | "optional" | "required",
              "elsewhere": ["practitioner", "location"]}}   what else may change with the time

A DEADLINE is {"minutes_before": 1440} (elapsed time) or {"days_before": 1, "at": "18:00"} (the practice's own clock).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from freeslot.scheduling.intervals import instant
from freeslot.scheduling.money import Money, per_cent
from freeslot.scheduling.states import Act, Side, Status, transition


@dataclass(frozen=True)
class Deadline:
    """Either an elapsed length before the start, or a local clock time on an earlier day."""

    before: timedelta | None = None
    days_before: int = 0
    at: time | None = None

    def moment(self, starts_at: datetime, zone: ZoneInfo) -> datetime:
        if self.at is None:
            return starts_at.astimezone(UTC) - (self.before or timedelta())
        day = starts_at.astimezone(zone).date() - timedelta(days=self.days_before)
        return instant(day, self.at, zone, later=True)


@dataclass(frozen=True)
class Fee:
    """A fixed amount, or a per cent of the price with an upper limit."""

    minor: int = 0
    percent: int | None = None
    cap_minor: int | None = None

    def of(self, price: Money) -> Money:
        if self.percent is None:
            return Money(self.minor, price.currency)
        part = per_cent(price, self.percent)
        return part if self.cap_minor is None else replace(part, minor=min(part.minor, self.cap_minor))


@dataclass(frozen=True)
class Step:
    after: Deadline
    fee: Fee


class ReasonRule(StrEnum):
    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


class Patients(StrEnum):
    """Whom a visit type is offered to: somebody new at the practice, or somebody who has been there."""

    ANY = "any"
    NEW = "new"
    KNOWN = "known"


@dataclass(frozen=True)
class BookingRules:
    """Which times are offered, what is asked, and how long a time is kept while somebody fills in the form.

    `most_holds` are those of one source at a time; `hold_share` is how much of a practitioner's open day (in per cent)
    may be held by forms that nobody has signed in for.
    """

    notice: timedelta = timedelta(0)
    horizon: timedelta = timedelta(days=366)
    most_per_day: int | None = None
    patients: Patients = Patients.ANY
    reason: ReasonRule = ReasonRule.OFF
    payer: ReasonRule = ReasonRule.OFF
    care: tuple[tuple[str, str], ...] = ()
    hold_for: timedelta = timedelta(minutes=10)
    most_renewals: int = 2
    most_holds: int = 2
    hold_share: int = 34

    def care_in(self, language: str) -> str:
        return words_in(self.care, language)


@dataclass(frozen=True)
class MoveRules:
    """`until` is the last moment for a move; without one it is when cancels are taken online no more, or the start.

    `elsewhere` says what may change with the time: the practitioner, the location.
    """

    until: Deadline | None = None
    most: int | None = None
    reason: ReasonRule = ReasonRule.OFF
    elsewhere: frozenset[str] = frozenset({"practitioner", "location"})


def words_in(words: tuple[tuple[str, str], ...], language: str) -> str:
    """A practice's own words in the language, or else the first it wrote."""
    known = dict(words)
    return known.get(language) or next(iter(known.values()), "")


@dataclass(frozen=True)
class Rules:
    steps: tuple[Step, ...] = ()
    phone_steps: tuple[Step, ...] | None = None
    tell_after: Deadline | None = None
    reason: ReasonRule = ReasonRule.OPTIONAL
    reasons: tuple[str, ...] = ()
    proof: tuple[str, ...] = ("birth_year",)
    undo_for: timedelta = timedelta(minutes=10)
    undo_ends_before: timedelta = timedelta(0)
    never_charged_payers: frozenset[str] = frozenset()
    grace_after_booking: timedelta = timedelta(minutes=60)
    tried_grace: timedelta = timedelta(minutes=60)
    also_lost: tuple[tuple[str, str], ...] = ()
    booking: BookingRules = BookingRules()
    move: MoveRules = MoveRules()

    def judged_at(self, now: datetime, tried_at: datetime | None) -> datetime:
        """When a press is judged: at the try of it that failed, if that still counts."""
        return tried_at if tried_at and tried_at <= now <= tried_at + self.tried_grace else now

    def also_lost_in(self, language: str) -> str:
        """The practice's words on what a cancel costs beyond money."""
        return words_in(self.also_lost, language)


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
    `why == TELL` the press tells the practice, and `fee` is what its rules say a late cancel costs."""

    kind: Kind
    why: Why
    fee: Money
    deadline: datetime | None = None
    steps: tuple[FeeStep, ...] = ()
    phone_steps: tuple[FeeStep, ...] | None = None
    undo_until: datetime | None = None

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
