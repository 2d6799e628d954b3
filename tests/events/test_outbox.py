"""The outbox: in the order of each visit, again after a failure, and nobody waits for another's failure."""

from datetime import datetime, timedelta

import pytest

from freeslot.events import outbox
from freeslot.events.leases import LEASE
from freeslot.events.models import Event
from freeslot.events.outbox import BATCH, handle_due_events, reactors
from tests.events.cast import NOW, SECOND, happened, history

pytestmark = pytest.mark.django_db


class Reactors:
    """Two reactors that note what they saw; the second fails for the visits it is told to."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Event]] = []
        self.fails_for: set[object] = set()

    def first(self, event: Event, _now: datetime) -> None:
        self.seen.append(("first", event))

    def second(self, event: Event, _now: datetime) -> None:
        if event.subject_id in self.fails_for:
            raise LookupError("Maria")
        self.seen.append(("second", event))


@pytest.fixture
def reacting(monkeypatch) -> Reactors:
    both = Reactors()
    monkeypatch.setattr(outbox, "reactors", lambda: (both.first, both.second))
    return both


def test_each_reactor_sees_each_event_once(reacting: Reactors):
    event = happened()
    assert handle_due_events(now=NOW) == 1
    assert handle_due_events(now=NOW + LEASE) == 0
    assert reacting.seen == [("first", event), ("second", event)]
    assert Event.objects.get().done_at == NOW


def test_a_visits_events_are_handled_in_their_order(reacting: Reactors):
    events = history(3)
    Event.objects.filter(pk=events[0].pk).update(due_at=NOW + SECOND)
    assert handle_due_events(now=NOW) == 0
    for event in events:
        assert handle_due_events(now=NOW + SECOND) == 1
        assert reacting.seen[-1] == ("second", event)


def test_a_failing_reactor_keeps_its_own_visit_waiting_and_no_other(reacting: Reactors, caplog):
    stuck, fine = history(2), history(2)
    reacting.fails_for = {stuck[0].subject_id}
    assert handle_due_events(now=NOW) == 2
    assert handle_due_events(now=NOW) == 1
    assert [event.done_at for event in Event.objects.filter(subject_id=fine[0].subject_id)] == [NOW, NOW]
    first, second = Event.objects.filter(subject_id=stuck[0].subject_id).order_by("version")
    assert (first.done_at, first.attempts, first.last_error) == (None, 1, "LookupError")
    assert first.due_at == NOW + SECOND
    assert (second.done_at, second.attempts) == (None, 0)
    assert "appointment.booked could not be handled" in caplog.text
    # When it works again, both follow in order.
    reacting.fails_for = set()
    assert [handle_due_events(now=NOW + SECOND) for _ in range(3)] == [1, 1, 0]
    assert [event for who, event in reacting.seen if who == "second"][-2:] == stuck


def test_an_event_whose_worker_was_killed_comes_back_when_the_lease_ends(reacting: Reactors, monkeypatch):
    happened()

    def killed(event: Event, now: datetime) -> None:
        raise SystemExit

    monkeypatch.setattr(outbox, "reactors", lambda: (killed,))
    with pytest.raises(SystemExit):
        handle_due_events(now=NOW)
    monkeypatch.setattr(outbox, "reactors", lambda: (reacting.first,))
    assert handle_due_events(now=NOW + LEASE - SECOND) == 0
    assert handle_due_events(now=NOW + LEASE) == 1
    assert Event.objects.get().attempts == 2


def test_many_events_are_handled_in_batches(reacting: Reactors):
    for _ in range(BATCH + 1):
        happened()
    assert [handle_due_events(now=NOW) for _ in range(3)] == [BATCH, 1, 0]


def test_an_event_that_keeps_failing_is_still_tried_every_hour(reacting: Reactors):
    event = happened()
    reacting.fails_for = {event.subject_id}
    now, last = NOW, NOW
    for _ in range(16):
        assert handle_due_events(now=now) == 1
        last, now = now, Event.objects.get().due_at
    assert now - last == timedelta(hours=1)


def test_the_reactors_are_those_that_the_settings_name(settings):
    reactors.cache_clear()
    settings.FREESLOT_REACTORS = ["freeslot.charges.reactor.react"]
    try:
        from freeslot.charges.reactor import react

        assert reactors() == (react,)
    finally:
        reactors.cache_clear()
