"""The worked examples of docs/concepts.md, each run against the policy."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import VisitFacts, verdict_for
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side, Status
from freeslot.web.formatting import money
from tests.docs.documents import text

PLACES = {
    "New York": ("America/New_York", "USD", "en_US"),
    "Los Angeles": ("America/Los_Angeles", "USD", "en_US"),
    "Berlin": ("Europe/Berlin", "EUR", "en_IE"),
}
RULES = {
    "free until 24 h before, then $25.00": {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]},
    "free until 48 h before, then 50 % of the price, at most $80.00": {
        "steps": [{"after": {"minutes_before": 2880}, "fee": {"percent": 50, "cap_minor": 8000}}]
    },
    "free until 18:00 the day before, then €30.00": {
        "steps": [{"after": {"days_before": 1, "at": "18:00"}, "fee": {"minor": 3000}}]
    },
}


def examples() -> list[list[str]]:
    after = text("docs/concepts.md").split("### Worked examples", 1)[1]
    rows = [line for line in after.split("### ", 1)[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.mark.parametrize(("rules", "visit", "pressed", "kind", "fee"), examples())
def test_a_worked_example_is_so(rules, visit, pressed, kind, fee):
    day, clock, place, *price = (part.strip() for part in visit.split(","))
    zone_name, currency, locale = PLACES[place]
    zone = ZoneInfo(zone_name)
    price_minor = int(re.sub(r"\D", "", price[0])) if price else 12000
    starts_at = datetime.strptime(f"{day} {clock}", "%a %d %B %Y %H:%M").replace(tzinfo=zone)
    day, clock = pressed.split(", ")
    now = datetime.strptime(f"{day} 2026 {clock}", "%a %d %B %Y %H:%M:%S").replace(tzinfo=zone)
    facts = VisitFacts(
        status=Status.BOOKED,
        starts_at=starts_at.astimezone(UTC),
        booked_at=starts_at.astimezone(UTC) - timedelta(days=30),
        zone=zone,
        price=Money(price_minor, currency),
    )

    verdict = verdict_for(facts, rules_from(RULES[rules]), Side.PATIENT, now.astimezone(UTC))

    said = money(verdict.fee.minor, currency=currency, locale=locale) if verdict.fee else "–"
    assert (verdict.kind, said) == (kind, fee)
    assert (starts_at.strftime("%a"), now.strftime("%a")) == (visit[:3], pressed[:3])


def test_the_undo_example_is_so():
    zone = ZoneInfo("America/New_York")
    starts_at = datetime(2026, 3, 10, 10, 0, tzinfo=zone)
    facts = VisitFacts(
        status=Status.BOOKED,
        starts_at=starts_at,
        booked_at=starts_at - timedelta(days=30),
        zone=zone,
        price=Money(0, "USD"),
    )
    rules = rules_from({"undo_minutes": 10, "undo_ends_before_minutes": 60})

    def undo_until(hour: int, minute: int) -> str | None:
        until = verdict_for(facts, rules, Side.PATIENT, starts_at.replace(hour=hour, minute=minute)).undo_until
        return f"{until.astimezone(zone):%H:%M}" if until else None

    assert [undo_until(8, 30), undo_until(8, 55), undo_until(9, 10)] == ["08:40", "09:00", None]
