"""What a practice may set: its rules on cancels, bookings and moves, and when a deadline is.

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

    def missing(self, *, visit_reason: str, payer: str) -> tuple[str, ...]:
        """What must be said before a visit is booked, and is not, by the names that it has there."""
        asked = {"visit_reason": (self.reason, visit_reason), "payer": (self.payer, payer)}
        return tuple(name for name, (rule, said) in asked.items() if rule is ReasonRule.REQUIRED and not said.strip())


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
