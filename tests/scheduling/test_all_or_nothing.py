"""Each operation breaks at each of its statements in turn, and every time leaves the database as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import OperationalError, connection

from freeslot.practices.models import Policy
from freeslot.scheduling.actors import Door
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Checkout, Slot
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.checkout import end_checkout, renew_checkout
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from tests.scheduling.acts import begin, cancel, kinds, move, undo
from tests.scheduling.test_book import HOLD, book
from tests.scheduling.test_checkout import finish
from tests.support.cast import Cast, make_cast

MOST_OF_A_CANCEL = 10


class Breaking:
    """Lets `left` statements through, then fails as a database does that has lost its disk or its connection."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if self.left == 0:
            raise OperationalError("the disk is gone")
        self.left -= 1
        return execute(sql, params, many, context)


@pytest.fixture
def cast(transactional_db, monkeypatch) -> Cast:
    monkeypatch.setattr("freeslot.events.wake._start_announcer", lambda: None)
    cast = make_cast(weeks=1)
    cast.extra["visit"] = cast.book(days=1)
    return cast


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that an operation can write."""
    labels = ("scheduling", "events", "audit")
    models = [model for label in labels for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}


def statements_until_done(act: Callable[[], Any]) -> int:
    """Breaks the act at its first statement, its second, and so on until it gets through; how many it takes."""
    before = everything()
    for left in range(100):
        try:
            with connection.execute_wrapper(Breaking(left)):
                act()
        except OperationalError:
            assert everything() == before
        else:
            return left
    pytest.fail("it never got through")


def cancelled(cast: Cast) -> str:
    reference: str = cast.extra["visit"].reference
    cancel(cast, reference)
    return reference


def test_a_cancel(cast: Cast):
    reference = cast.extra["visit"].reference
    taken = statements_until_done(lambda: cancel(cast, reference, idempotency_key="k"))
    assert taken <= MOST_OF_A_CANCEL


def test_a_cancel_that_is_repeated(cast: Cast):
    reference = cast.extra["visit"].reference
    cancel(cast, reference, idempotency_key="k")
    assert statements_until_done(lambda: cancel(cast, reference, idempotency_key="k")) > 0


def test_an_undo(cast: Cast):
    reference = cancelled(cast)
    assert statements_until_done(lambda: undo(cast, reference)) > 0


def test_a_release(cast: Cast):
    reference = cancelled(cast)

    def release() -> None:
        release_slots(ref=reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)

    assert statements_until_done(release) > 0


def test_a_sweep_leaves_each_window_whole(cast: Cast):
    """One transaction a window: what was announced before it broke stays announced."""
    cancelled(cast)
    hold_slots(slot_ids=[cast.slots_from(cast.now)[0].pk], holder=cast.patient.pk, length=HOLD, now=cast.now)
    over = cast.now + 2 * HOLD
    for left in range(100):
        try:
            with connection.execute_wrapper(Breaking(left)):
                release_lapsed(now=over)
        except OperationalError:
            assert list(breaches(now=over)) == []
        else:
            break
    assert not cast.schedule.slots.exclude(status="free").exists()
    assert kinds(cast.extra["visit"]) == ["booked", "cancelled", "released"]


def test_a_booking(cast: Cast):
    slot = cast.slots_from(cast.now)[0]
    assert statements_until_done(lambda: book(cast, slot, idempotency_key="k")) > 0


def target(cast: Cast) -> Slot:
    return cast.slots_from(cast.now + timedelta(days=2))[0]


def test_a_move(cast: Cast):
    reference = cast.extra["visit"].reference
    assert statements_until_done(lambda: move(cast, reference, target(cast), idempotency_key="k")) > 0
    assert statements_until_done(lambda: move(cast, reference, target(cast), idempotency_key="k")) > 0


def test_a_move_that_a_checkout_kept_the_time_for(cast: Cast):
    reference = cast.extra["visit"].reference
    checkout = begin(cast, target(cast), moving=cast.extra["visit"])
    done = statements_until_done(lambda: move(cast, reference, target(cast), holder=checkout.pk))
    assert done > 0


def test_a_checkout_begun_instead_of_another_renewed_ended_and_finished(cast: Cast):
    Policy.objects.update(rules={"booking": {"most_per_day": 4}})
    slots = cast.slots_from(cast.now + timedelta(days=2), 2)
    first = begin(cast, slots[0])
    assert statements_until_done(lambda: begin(cast, slots[1], instead_of=first.pk)) > 0
    (second,) = Checkout.objects.live(cast.now)
    assert statements_until_done(lambda: renew_checkout(checkout_id=second.pk, now=cast.now)) > 0
    assert statements_until_done(lambda: finish(cast, second)) > 0
    assert statements_until_done(lambda: finish(cast, second)) > 0
    third = begin(cast, slots[0], account_id=None)
    assert statements_until_done(lambda: end_checkout(checkout_id=third.pk, now=cast.now)) > 0


def test_closing_a_day(cast: Cast):
    day = target(cast).starts_at.date()
    assert statements_until_done(lambda: close_day(practice=cast.practice, day=day, now=cast.now)) > 0


def test_a_hold(cast: Cast):
    pks = [slot.pk for slot in cast.slots_from(cast.now, 2)]
    holder = cast.patient.pk
    assert statements_until_done(lambda: hold_slots(slot_ids=pks, holder=holder, length=HOLD, now=cast.now)) > 0


def test_a_check_in(cast: Cast):
    reference = cast.extra["visit"].reference
    assert statements_until_done(lambda: check_in(ref=reference, actor=cast.staff, door=Door.DESK, now=cast.now)) > 0


def test_publishing(cast: Cast):
    cast.schedule.weekly_hours.filter(weekday=4).delete()
    assert statements_until_done(lambda: publish_slots(schedule=cast.schedule, now=cast.now, weeks=2)) > 0
    assert list(breaches(now=cast.now)) == []
