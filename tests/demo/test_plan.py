"""The plan gives every verdict at whatever hour it is placed, and goes on to do so for some minutes."""

from collections import Counter
from datetime import timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from freeslot.demo.plan import PLAN, Placed, Story, ends_before_midnight, place_all
from freeslot.demo.practices import HOUSES
from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import Kind, Verdict, VisitFacts, Why, verdict_for
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side, Status
from tests.demo.instants import instants

pytestmark = pytest.mark.sqlite

INSTANTS = tuple(instants())
EXPECTED = {
    (Kind.ALLOWED, Why.GRACE, 0): 1,
    (Kind.ALLOWED, Why.IN_TIME, 0): 10,
    (Kind.ALLOWED, Why.NO_FEES, 0): 2,
    (Kind.ALLOWED, Why.PAYER, 0): 2,
    (Kind.LATE, Why.LATE, 2_500): 1,
    (Kind.LATE, Why.LATE, 3_000): 1,
    (Kind.LATE, Why.LATE, 6_000): 1,
    (Kind.LATE, Why.LATE, 8_000): 1,
    (Kind.REFUSED, Why.CANCELLED, 0): 2,
    (Kind.REFUSED, Why.CHECKED_IN, 0): 1,
    (Kind.REFUSED, Why.OVER, 0): 3,
    (Kind.REFUSED, Why.STARTED, 0): 1,
    (Kind.REFUSED, Why.TELL, 3_000): 1,
}


# Each instant once for all the tests: laying the plan out is nearly all of their work.
placed_at = cache(place_all)


@cache
def rules_of(slug):
    return rules_from(next(house.rules for house in HOUSES if house.slug == slug))


def verdict(placed: Placed, *, made_at, now) -> Verdict:
    planned = placed.planned
    facts = VisitFacts(
        status=Status(planned.story.value),
        starts_at=placed.starts_at,
        booked_at=made_at - planned.ago,
        zone=ZoneInfo(planned.house.zone),
        price=Money(planned.visit_kind.price_minor, planned.house.currency),
        payer=planned.person.payer,
    )
    return verdict_for(facts, rules_of(planned.house.slug), Side.PATIENT, now)


@pytest.mark.parametrize("later", [0, 20], ids="after {} minutes".format)
def test_every_verdict_is_there_at_every_instant(later):
    for made_at in INSTANTS:
        now = made_at + timedelta(minutes=later)
        verdicts = [verdict(each, made_at=made_at, now=now) for each in placed_at(made_at)]

        assert Counter((each.kind, each.why, each.fee.minor) for each in verdicts) == EXPECTED, made_at


def test_an_undo_that_ends_before_its_time_is_there_at_every_instant():
    for made_at in INSTANTS:
        now = made_at + timedelta(minutes=5)
        ahead = [each for each in placed_at(made_at) if each.planned.story is Story.BOOKED]
        undo = [
            (found.undo_until, rules_of(each.planned.house.slug).undo_for)
            for each in ahead
            if (found := verdict(each, made_at=made_at, now=now)).undo_until
        ]

        assert any(until < now + whole for until, whole in undo), made_at
        assert any(until == now + whole for until, whole in undo), made_at


def test_nobody_is_in_two_places_at_once():
    for made_at in INSTANTS:
        placed = placed_at(made_at)
        for key in (lambda each: each.planned.person.username, lambda each: each.planned.practitioner):
            for each in placed:
                others = [other for other in placed if other is not each and key(other) == key(each)]
                clash = [other for other in others if each.starts_at < other.ends_at and other.starts_at < each.ends_at]
                assert clash == [], made_at


def test_no_visit_needs_the_last_slot_of_a_day():
    for made_at in INSTANTS:
        for each in placed_at(made_at):
            assert ends_before_midnight(each.starts_at, each.ends_at, each.planned.house), made_at


def test_the_plan_reads_the_same_each_time():
    told = [(each.person.username, each.house.slug, each.practitioner, each.kind, each.story) for each in PLAN]

    assert Counter(person for person, *_ in told) == {"maria": 16, "alex": 5, "otto": 5, "nora": 1}
    assert {house for person, house, *_ in told if person == "maria"} == {"riverside", "harbor", "lakeview"}
    assert {house for person, house, *_ in told if person == "alex"} == {"riverside", "northside"}
