"""Verdicts and rules in words: the sentence agrees with what was decided."""

from typing import Any

import pytest

from freeslot.scheduling.actors import ActorKind, Door
from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import Verdict, Why
from freeslot.scheduling.rules import rules_from
from freeslot.scheduling.states import Side, Status
from freeslot.scheduling.words import (
    ACTORS,
    DOORS,
    EXPLANATIONS,
    HEADLINES,
    STATUSES,
    fee_words,
    panel_for,
    phone_rule_words,
    policy_words,
    verdict_words,
)
from freeslot.web.facts import Panel, Place
from tests.scheduling.facts import DAY_BEFORE, START, hours, minutes, verdict, visit

PRICE = Money(12000, "USD")
TIERS = {
    "steps": [
        {"after": {"minutes_before": 120}, "fee": {"percent": 50, "cap_minor": 5000}},
        {"after": {"minutes_before": 2880}, "fee": {"minor": 1000}},
        {"after": {"days_before": 1, "at": "18:00"}, "fee": {"percent": 25}},
        {"after": {"days_before": 3, "at": "18:30"}, "fee": {"minor": 500}},
    ]
}
TOLD = "You can tell the practice now that you are not coming. The practice decides what happens next."
THINK_AGAIN = "This visit is booked late, so you have time to think again."
TELL = {"tell_after": {"minutes_before": 120}}


def place_at(now) -> Place:
    return Place(zone="America/New_York", locale="en_US", now=now)


def said(rules, now, **changes: Any) -> tuple[str, str]:
    return verdict_words(verdict(rules, now, **changes), place=place_at(now))


def panel(rules, now, **changes: Any) -> Panel:
    return panel_for(verdict(rules, now, **changes), facts=visit(**changes), place=place_at(now))


def rules_said(rules) -> list[str]:
    return policy_words(rules_from(rules), price=PRICE, place=place_at(START))


def test_every_status_door_actor_and_refusal_has_its_words():
    assert set(STATUSES) == set(Status)
    assert set(DOORS) == set(Door)
    assert set(ACTORS) == set(ActorKind) - {ActorKind.ACCOUNT}
    # A verdict in time or late says its deadline instead.
    assert set(HEADLINES) == set(Why) - {Why.IN_TIME, Why.LATE, Why.CARRIED}
    assert set(EXPLANATIONS) == set(HEADLINES) - {Why.TELL} | {Why.CARRIED}


@pytest.mark.parametrize(
    ("rules", "left", "changes", "headline", "text"),
    [
        ({}, hours(30), {}, "Cancelling is free", "This practice charges no fee, at any time before the visit."),
        (
            DAY_BEFORE, hours(30), {}, "Free to cancel until Tue 9 March, 10:00 am",
            "You have {left}. After that the fee is $25.00.",
        ),
        (
            DAY_BEFORE, hours(4), {"booked_at": START - hours(4.5)}, "Free to cancel until Wed 10 March, 6:30 am",
            "You have {left}. After that the fee is $25.00. " + THINK_AGAIN,
        ),
        (
            DAY_BEFORE, minutes(20), {"booked_at": START - minutes(30)}, "Cancelling is free",
            "This visit is booked late, so you have time to think again until it starts.",
        ),
        (
            DAY_BEFORE, hours(5), {}, "Cancelling now costs $25.00",
            "Free cancelling ended Tue 9 March, 10:00 am.",
        ),
        (
            TIERS, hours(30), {}, "Cancelling now costs $10.00",
            "Free cancelling ended Sun 7 March, 6:30 pm. After Tue 9 March, 6:00 pm the fee is $30.00.",
        ),
        (
            DAY_BEFORE | TELL, hours(1), {}, "It is too late to cancel online",
            f"{TOLD} Its rules say that a late cancel costs $25.00.",
        ),
        (
            TELL, hours(1), {}, "It is too late to cancel online",
            TOLD,
        ),
        (
            DAY_BEFORE, hours(1), {"status": Status.ARRIVED}, "You are already checked in",
            "Speak to the desk, or call the practice.",
        ),
    ],
)  # fmt: skip
def test_a_verdict_is_said_in_one_sentence_and_what_follows_from_it(rules, left, changes, headline, text):
    found = said(rules, START - left, **changes)
    assert tuple(each.replace("\u202f", " ") for each in found) == (headline, text)


def test_the_sentence_is_in_the_readers_language_and_zone():
    place = Place(zone="Europe/Berlin", locale="es_ES", now=START - hours(30))
    headline, _ = verdict_words(verdict(DAY_BEFORE, place.now), place=place)
    assert "16:00" in headline


@pytest.mark.parametrize(
    ("rules", "left", "kind", "has_line", "counts_down"),
    [
        (DAY_BEFORE, hours(30), "free", True, True),
        (DAY_BEFORE, hours(3), "late", True, False),
        ({}, hours(3), "free", False, False),
        (DAY_BEFORE | TELL, hours(1), "refused", True, False),
        (DAY_BEFORE, -hours(1), "refused", False, False),
    ],
)
def test_the_panel_shows_the_line_where_a_fee_can_arise_and_counts_down_while_it_is_free(
    rules, left, kind, has_line, counts_down
):
    found = panel(rules, START - left)
    assert (found.kind, found.line is not None, found.ends_at is not None, found.ended != "") == (
        kind, has_line, counts_down, counts_down,
    )  # fmt: skip


def test_no_line_is_drawn_once_the_visit_has_started():
    found: Verdict = verdict(DAY_BEFORE, START - hours(3))
    assert panel_for(found, facts=visit(), place=place_at(START)).line is None


def test_the_rules_are_said_in_the_order_in_which_they_count():
    told = rules_said(TIERS | TELL | {"phone_steps": [], "never_charged_payers": ["medicaid"], "reason": "required"})
    assert [each.replace("\u202f", " ") for each in told] == [
        "Cancelling is free until 6:30 pm, 3 days before the visit.",
        "After that the fee is $5.00.",
        "Later than 48 hours before the visit it is $10.00.",
        "Later than 6:00 pm on the day before the visit it is 25 % of the price: $30.00.",
        "Later than 2 hours before the visit it is 50 % of the price, at most $50.00: $50.00.",
        "By phone: Cancelling is free until the visit starts.",
        "You can cancel online until 2 hours before the visit. After that we tell the practice for you.",
        "If your health plan does not allow a fee, you never pay one.",
        "If the practice cancels or moves the visit, you pay nothing.",
        "Booked late? You can still cancel free for 1 hour after booking.",
        "You can undo a cancel for 10 minutes.",
        "The practice asks for a reason.",
    ]


def test_the_rules_say_when_undo_ends_before_the_visit():
    said = rules_said({"undo_minutes": 60, "undo_ends_before_minutes": 120})
    assert said[-2:] == ["You can undo a cancel for 1 hour.", "Undo ends 2 hours before the visit at the latest."]


def test_a_step_that_costs_nothing_more_or_never_counts_is_not_said():
    steps = [
        {"after": {"minutes_before": 2880}, "fee": {"minor": 0}},
        *DAY_BEFORE["steps"],
        {"after": {"minutes_before": 60}, "fee": {"minor": 1000}},
        {"after": {"minutes_before": 0}, "fee": {"minor": 9000}},
    ]
    assert rules_said({"steps": steps, "undo_minutes": 0, "grace_after_booking_minutes": 0}) == [
        "Cancelling is free until 24 hours before the visit.",
        "After that the fee is $25.00.",
        "If the practice cancels or moves the visit, you pay nothing.",
    ]


def test_where_no_fee_can_arise_nothing_is_said_of_late_booking():
    free = [{"steps": []}, {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 0}}]}]
    assert [[each for each in rules_said(rules) if "Booked late" in each] for rules in free] == [[], []]


def test_a_fee_is_said_as_it_was_decided():
    place = place_at(START)
    assert fee_words(Money(0, "USD"), "none", place) == "No fee."
    assert fee_words(Money(2500, "USD"), "decided", place) == "The fee is $25.00."
    assert fee_words(Money(2500, "USD"), "in_review", place) == (
        "The practice will review the fee of $25.00. It is not decided yet."
    )


def test_the_rule_by_phone_is_said_where_it_differs():
    now = START - hours(30)
    steps = verdict(DAY_BEFORE | {"phone_steps": DAY_BEFORE["steps"]}, now).phone_steps or ()
    assert phone_rule_words(steps, place_at(now)).replace("\u202f", " ") == (
        "By phone, cancelling is free until Tue 9 March, 10:00 am (New York time), then the fee is $25.00."
    )
    assert phone_rule_words((), place_at(now)) == "By phone, cancelling is free at any time."


def test_the_practices_own_cancel_is_free_for_the_patient():
    found = verdict_words(verdict(DAY_BEFORE, START - hours(3), side=Side.PRACTICE), place=place_at(START))
    assert found[0] == "Cancelling is free for the patient"


def test_a_sentence_that_ends_in_an_abbreviation_has_one_full_stop():
    place = Place(zone="Europe/Berlin", locale="es_MX", now=START - hours(5))
    text = verdict_words(verdict(DAY_BEFORE, place.now), place=place)[1]
    assert ".." not in text
