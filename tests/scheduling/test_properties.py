"""What must hold for any valid rules and any visit, looked for by Hypothesis."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeslot.scheduling.intervals import Hours, instant, open_intervals, pieces, subtract
from freeslot.scheduling.policy import Kind, Why, verdict_for
from freeslot.scheduling.reference import ALPHABET, LENGTH, parse_reference
from freeslot.scheduling.rules import BOOKING, MOVE, BadRules, rules_from
from freeslot.scheduling.states import Side, Status
from tests.scheduling import strategies
from tests.scheduling.facts import SECOND

pytestmark = pytest.mark.sqlite

quick = settings(max_examples=80)
days = st.dates(date(2027, 1, 1), date(2028, 12, 31))
zones = st.sampled_from(strategies.ZONES).map(ZoneInfo)


@quick
@given(st.data())
def test_cancelling_earlier_never_costs_more(data):
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    earlier, later = sorted([data.draw(strategies.moments_of(facts)), data.draw(strategies.moments_of(facts))])
    fees = [verdict_for(facts, rules, Side.PATIENT, now).fee for now in (earlier, later)]
    assert later >= facts.starts_at or fees[0] <= fees[1]


@quick
@given(st.data())
def test_no_sequence_of_undo_and_cancel_is_cheaper_than_one_cancel_at_the_first_press(data):
    """An undo leaves the facts as they were, so a later cancel is judged by the same facts at a later moment."""
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    first = verdict_for(facts, rules, Side.PATIENT, data.draw(strategies.moments_of(facts)))
    last_free = max([facts.booked_at, *(step.after for step in first.steps if step.fee <= first.fee)])
    for step in first.steps:
        again = verdict_for(facts, rules, Side.PATIENT, max(last_free, step.after) + SECOND)
        assert again.kind is Kind.REFUSED or again.fee >= first.fee


@quick
@given(st.data())
def test_a_verdict_agrees_with_itself_and_never_fails(data):
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    now, side = data.draw(strategies.moments_of(facts)), data.draw(st.sampled_from(Side))
    verdict = verdict_for(facts, rules, side, now)
    assert (verdict.kind is Kind.LATE) == (verdict.fee.minor > 0 and verdict.why is not Why.TELL)
    assert (verdict.deadline is None) == (not verdict.steps)
    assert all(one.after <= other.after and one.fee < other.fee for one, other in pairwise(verdict.steps))
    booked_at = facts.booked_at.replace(microsecond=0)
    assert all(booked_at <= step.after < facts.starts_at for step in verdict.steps)
    assert verdict.undo_until is None or now < verdict.undo_until <= facts.starts_at
    if side is not Side.PATIENT:
        assert (verdict.kind, verdict.fee.minor) == (Kind.ALLOWED, 0)
    if verdict.deadline and now <= verdict.deadline and not verdict.tells_practice and not facts.carried_fee_minor:
        assert verdict.kind is Kind.ALLOWED


@quick
@given(st.data())
def test_every_step_costs_from_its_next_second(data):
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    for step in verdict_for(facts, rules, Side.PATIENT, facts.booked_at).steps:
        now = step.after + SECOND
        verdict = verdict_for(facts, rules, Side.PATIENT, now)
        assert now >= facts.starts_at or verdict.fee >= step.fee
        until_then = verdict_for(facts, rules, Side.PATIENT, step.after).fee
        assert until_then < step.fee or until_then.minor == facts.carried_fee_minor, "carried along: from the beginning"


@quick
@given(st.data())
def test_a_visit_over_or_cancelled_is_refused_to_everyone_without_a_fee(data):
    rules, facts = rules_from(data.draw(strategies.rules)), data.draw(strategies.visits())
    status = data.draw(st.sampled_from([Status.CANCELLED, Status.FULFILLED, Status.NOSHOW]))
    ended = type(facts)(**(vars(facts) | {"status": status}))
    verdict = verdict_for(ended, rules, data.draw(st.sampled_from(Side)), data.draw(strategies.moments_of(facts)))
    assert (verdict.kind, verdict.fee.minor, verdict.undo_until) == (Kind.REFUSED, 0, None)


json_like = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=6,
)


@quick
@given(
    strategies.rules,
    st.sampled_from(["steps", "tell_after", "reason", "proof", "undo_minutes", "also_lost", "booking", "move"]),
    json_like,
)
def test_rules_of_any_form_are_read_or_refused_with_a_sentence(rules, key, value):
    nested = [{name: {each: value}} for name, readers in (("booking", BOOKING), ("move", MOVE)) for each in readers]
    for data in (value, rules | {key: value}, rules | {"steps": [{"after": value, "fee": value}]}, *nested):
        try:
            rules_from(data)
        except BadRules as error:
            assert str(error).endswith((".", "}."))  # noqa: PT017  any sentence will do


@quick
@given(days, st.times(), zones, st.booleans())
def test_a_local_time_that_exists_reads_the_same_and_the_later_one_is_not_earlier(day, clock, zone, later):
    moment = instant(day, clock, zone, later=later)
    read = moment.astimezone(zone).replace(tzinfo=None)
    wanted = datetime.combine(day, clock)
    assert read == wanted or timedelta() < read - wanted <= timedelta(hours=1)
    assert instant(day, clock, zone, later=False) <= instant(day, clock, zone, later=True)


clock_pairs = st.tuples(st.integers(0, 95), st.integers(0, 95)).filter(lambda pair: pair[0] < pair[1])
hours = clock_pairs.map(lambda pair: [time(quarter // 4, quarter % 4 * 15) for quarter in pair])


@quick
@given(days, st.lists(hours, max_size=4), st.lists(hours, max_size=2), zones, st.sampled_from([5, 15, 20, 50]))
def test_slots_cut_from_any_hours_never_overlap_and_lie_in_them(day, opened, closed, zone, length):
    weekly = [Hours(day.weekday(), *pair) for pair in opened]
    away = [tuple(instant(day, clock, zone, later=False) for clock in pair) for pair in closed]
    intervals = open_intervals(day, weekly, zone)
    found = [piece for each in subtract(intervals, away) for piece in pieces(each, timedelta(minutes=length))]
    assert all(one[1] <= other[0] for one, other in pairwise(sorted(found)))
    for starts, ends in found:
        assert ends - starts == timedelta(minutes=length)
        assert any(low <= starts and ends <= high for low, high in intervals)
        assert all(ends <= low or high <= starts or high <= low for low, high in away)
        assert starts.tzinfo is UTC


@quick
@given(st.text(max_size=45), st.text(alphabet=ALPHABET + "ilo- ", min_size=LENGTH, max_size=14))
def test_any_text_is_a_reference_or_none_and_one_read_is_read_the_same_again(text, likely):
    for given_text in (text, likely, f"FS{likely}"):
        found = parse_reference(given_text, "FS")
        assert found is None or parse_reference(found, "FS") == found
