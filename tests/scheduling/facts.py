"""Short ways to say a visit, its rules and a moment, for the tests of pure functions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import Verdict, VisitFacts, verdict_for
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side, Status

NEW_YORK = ZoneInfo("America/New_York")
# A Wednesday, 10:00 in New York.
START = datetime(2027, 3, 10, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY_BEFORE = {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]}


def visit(**changes: Any) -> VisitFacts:
    given: dict[str, Any] = {
        "status": Status.BOOKED,
        "starts_at": START,
        "booked_at": START - timedelta(days=30),
        "zone": NEW_YORK,
        "price": Money(12000, "USD"),
    }
    return VisitFacts(**(given | changes))


def verdict(rules: dict[str, Any], now: datetime, *, side: Side = Side.PATIENT, **changes: Any) -> Verdict:
    return verdict_for(visit(**changes), rules_from(rules), side, now)


def fee_at(rules: dict[str, Any], now: datetime, **changes: Any) -> int:
    return verdict(rules, now, **changes).fee.minor


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)
