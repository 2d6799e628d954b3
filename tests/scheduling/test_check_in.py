"""The day itself: arrived, seen, or not come; and what that means for a cancel."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.errors import NotAllowed, UnknownAppointment
from freeslot.scheduling.operations.cancel import CancelResult
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.policy import Why
from tests.scheduling.acts import cancel, kinds, last_event, live, slot_states
from tests.support.cast import Cast, make_cast


def act(operation, cast: Cast, visit, **changes: Any):
    return operation(
        **({"ref": visit.reference, "actor": cast.staff, "door": Door.DESK, "now": visit.starts_at} | changes)
    )


def test_a_patient_arrives_and_is_seen_and_keeps_the_slot(cast: Cast):
    visit = cast.book()
    slot = visit.slots.get()
    assert act(check_in, cast, visit) == last_event(visit).pk
    assert act(check_in, cast, visit) is None
    assert act(fulfil, cast, visit) == last_event(visit).pk
    assert act(fulfil, cast, visit) is None
    assert (live(visit.reference).status, slot_states(slot)) == ("fulfilled", ["busy"])
    assert kinds(visit) == ["booked", "arrived", "fulfilled"]


def test_a_no_show_is_noted_once_and_not_before_the_start(cast: Cast):
    visit = cast.book()
    with pytest.raises(NotAllowed):
        act(mark_no_show, cast, visit, now=visit.starts_at - timedelta(microseconds=1))
    assert act(mark_no_show, cast, visit) is not None
    assert act(mark_no_show, cast, visit) is None
    assert kinds(visit) == ["booked", "noshow"]


def test_what_the_table_does_not_allow_is_not_noted(cast: Cast):
    visit = cast.book()
    with pytest.raises(NotAllowed):
        act(fulfil, cast, visit)
    cancel(cast, visit.reference)
    for operation in (check_in, fulfil, mark_no_show):
        with pytest.raises(NotAllowed):
            act(operation, cast, visit)
    assert kinds(visit) == ["booked", "cancelled"]


def test_only_the_practices_own_staff_notes_anything(cast: Cast):
    visit = cast.book()
    for actor in (cast.patient_actor, cast.proxy, SYSTEM):
        with pytest.raises(NotAllowed):
            act(check_in, cast, visit, actor=actor)
    for actor in (cast.stranger, make_cast(weeks=1, name="Elsewhere").staff):
        with pytest.raises(UnknownAppointment):
            act(check_in, cast, visit, actor=actor)


def test_after_the_check_in_only_the_practice_cancels(cast: Cast):
    visit = cast.book()
    before = visit.starts_at - timedelta(minutes=30)
    act(check_in, cast, visit, now=before)
    refused = cancel(cast, visit.reference, now=before)
    assert (refused.result, refused.verdict.why) == (CancelResult.REFUSED, Why.CHECKED_IN)
    assert cancel(cast, visit.reference, now=before, actor=cast.staff).result is CancelResult.CANCELLED


@pytest.mark.parametrize("operation", [fulfil, mark_no_show])
def test_a_visit_that_is_over_is_cancelled_by_nobody(cast: Cast, operation):
    visit = cast.book()
    if operation is fulfil:
        act(check_in, cast, visit)
    act(operation, cast, visit)
    for actor in (cast.patient_actor, cast.staff):
        refused = cancel(cast, visit.reference, now=visit.starts_at, actor=actor)
        assert (refused.result, refused.verdict.why) == (CancelResult.REFUSED, Why.OVER)
