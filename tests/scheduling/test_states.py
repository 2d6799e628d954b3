"""The transition table, whole: every act from every status by every side."""

from itertools import product

import pytest

from freeslot.scheduling.states import LIVE, TRANSITIONS, Act, Side, Status, transition

ANYONE, PRACTICE = frozenset(Side), frozenset({Side.PRACTICE})
TABLE = {
    (Act.BOOK, None): (Status.BOOKED, ANYONE),
    (Act.BOOK, Status.PENDING): (Status.BOOKED, ANYONE),
    (Act.MOVE, Status.BOOKED): (Status.BOOKED, ANYONE),
    (Act.CANCEL, Status.PENDING): (Status.CANCELLED, ANYONE),
    (Act.CANCEL, Status.BOOKED): (Status.CANCELLED, ANYONE),
    (Act.CANCEL, Status.ARRIVED): (Status.CANCELLED, PRACTICE),
    (Act.UNDO, Status.CANCELLED): (Status.BOOKED, ANYONE),
    (Act.CHECK_IN, Status.BOOKED): (Status.ARRIVED, PRACTICE),
    (Act.FULFIL, Status.ARRIVED): (Status.FULFILLED, PRACTICE),
    (Act.NO_SHOW, Status.BOOKED): (Status.NOSHOW, PRACTICE),
}


@pytest.mark.parametrize(("act", "source", "side"), [*product(Act, [None, *Status], Side)])
def test_every_cell_of_the_table(act, source, side):
    target, sides = TABLE.get((act, source), (None, frozenset()))
    found = transition(act, source, side)
    assert (found.target if found else None) == (target if side in sides else None)


def test_no_step_is_written_twice():
    steps = [(step.act, step.source) for step in TRANSITIONS]
    assert len(steps) == len(set(steps)) == len(TABLE)


def test_a_live_visit_is_one_that_is_still_to_come_or_under_way():
    assert {Status.PENDING, Status.BOOKED, Status.ARRIVED} == LIVE


def test_every_status_can_be_reached():
    reached = {step.target for step in TRANSITIONS}
    assert reached == set(Status) - {Status.PENDING}
