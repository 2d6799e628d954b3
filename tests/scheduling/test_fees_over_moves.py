"""No sequence of move, undo and cancel ends cheaper than one cancel at any press before, under any rules."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeslot.scheduling.moving import move_verdict_for
from freeslot.scheduling.policy import Kind, VisitFacts, verdict_for
from freeslot.scheduling.rulebook import Rules
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side
from tests.scheduling import strategies
from tests.scheduling.facts import DAY_BEFORE, SECOND, START, hours, visit

pytestmark = pytest.mark.sqlite

quick = settings(max_examples=150)
# Presses come close upon each other, at a deadline, or days apart; and two in the same second.
GAPS = [timedelta(0), timedelta(microseconds=1), SECOND, timedelta(minutes=59), hours(23), timedelta(days=3)]
gaps = st.sampled_from(GAPS) | st.timedeltas(timedelta(0), timedelta(days=5))
ahead = st.sampled_from([hours(1), hours(12), timedelta(days=2), timedelta(days=40)]) | st.timedeltas(
    SECOND, timedelta(days=20)
)
presses = st.lists(st.tuples(st.sampled_from(["move", "move", "cancel"]), gaps, ahead), min_size=1, max_size=6)


def moved(facts: VisitFacts, rules: Rules, side: Side, now: datetime, starts_at: datetime) -> VisitFacts:
    """What `move_appointment` makes of a visit's facts; unchanged where the verdict is against it."""
    found = move_verdict_for(facts, rules, side, now)
    if not found.is_allowed:
        return facts
    carried = max(facts.carried_fee_minor, found.carried.minor)
    return replace(facts, starts_at=starts_at, moved_at=now, moves=facts.moves + 1, carried_fee_minor=carried)


def cost(facts: VisitFacts, rules: Rules, now: datetime) -> int | None:
    """What a cancel costs now; None where none is taken."""
    found = verdict_for(facts, rules, Side.PATIENT, now)
    return None if found.kind is Kind.REFUSED else found.fee.minor


@quick
@given(st.data(), presses)
def test_no_sequence_ends_cheaper_than_a_cancel_at_any_press_before(data, presses):
    """A cancel that is undone leaves the facts as they were, so it is a press like another."""
    rules = rules_from(data.draw(strategies.rules) | {"never_charged_payers": []})
    facts = replace(data.draw(strategies.visits()), moved_by_practice=False)
    now = data.draw(strategies.moments_of(facts))
    least = 0
    for act, gap, until_start in presses:
        now += gap
        fee = cost(facts, rules, now)
        if fee is not None:
            assert fee >= least
            least = fee
        if act == "move":
            side = data.draw(st.sampled_from([Side.PATIENT, Side.SYSTEM]))
            facts = moved(facts, rules, side, now, now + until_start)
            assert (cost(facts, rules, now) or least) >= least


@quick
@given(st.data(), gaps, gaps, ahead)
def test_after_a_move_cancelling_earlier_never_costs_more(data, gap, wait, until_start):
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    now = data.draw(strategies.moments_of(facts)) + gap
    after = moved(facts, rules, Side.PATIENT, now, now + until_start)
    earlier, later = cost(after, rules, now), cost(after, rules, now + wait)
    assert earlier is None or later is None or earlier <= later


@quick
@given(st.data(), presses)
def test_who_pays_no_fee_pays_none_after_any_moves(data, presses):
    rules = replace(rules_from(data.draw(strategies.rules)), never_charged_payers=frozenset({"aetna"}))
    facts = replace(data.draw(strategies.visits()), payer="aetna", carried_fee_minor=0)
    now = facts.booked_at
    for _act, gap, until_start in presses:
        now += gap
        facts = moved(facts, rules, Side.PATIENT, now, now + until_start)
        assert not cost(facts, rules, now)
    assert facts.carried_fee_minor == 0


def test_a_move_far_away_and_a_cancel_in_the_same_second_cost_what_the_cancel_would_have():
    rules, now = rules_from(DAY_BEFORE), START - hours(5)
    after = moved(visit(), rules, Side.PATIENT, now, START + timedelta(days=30))
    assert [cost(after, rules, now + gap) for gap in (timedelta(0), SECOND, timedelta(days=20))] == [2500] * 3
