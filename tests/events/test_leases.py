"""Leases: one worker a row, back when the lease ends, tried again ever later."""

from datetime import timedelta

import pytest
from django.db import connection

from freeslot.events.leases import LEASE, LONGEST_WAIT, claim_due
from freeslot.events.models import Event
from tests.events.cast import NOW, SECOND, happened
from tests.race.running import in_threads_of

pytestmark = pytest.mark.django_db


def claim(now=NOW, most: int = 50) -> list[Event]:
    return claim_due(Event.objects.order_by("due_at", "id"), now=now, most=most)


def test_a_claimed_row_is_nobody_elses_until_its_lease_ends():
    event = happened()
    (claimed,) = claim()
    event.refresh_from_db()
    assert claimed == event
    assert (event.claimed_until, event.attempts) == (claimed.claimed_until, claimed.attempts) == (NOW + LEASE, 1)
    assert claim(NOW + LEASE - SECOND) == []
    assert claim(NOW + LEASE) == [event]


def test_rows_come_in_their_order_and_no_more_than_asked_for():
    events = [happened(at=NOW - ago * SECOND) for ago in (1, 3, 2)]
    assert claim(most=2) == [events[1], events[2]]
    assert claim(most=2) == [events[0]]


def test_a_row_that_is_not_due_or_done_is_not_claimed():
    later, done = happened(at=NOW + SECOND), happened()
    done.finish(NOW)
    assert claim() == []
    assert claim(NOW + SECOND) == [later]


def test_a_lease_by_a_wrong_clock_does_not_last_longer_than_any_lease_can():
    event = happened()
    claim(NOW)
    hour_before = NOW - timedelta(hours=1)
    Event.objects.update(due_at=hour_before)
    assert claim(hour_before) == [event]
    assert claim(hour_before + LEASE - SECOND) == []


def test_a_row_put_off_waits_ever_longer_up_to_an_hour():
    happened()
    now, waits = NOW, []
    for _ in range(15):
        (event,) = claim(now)
        event.put_off(now, error="TooBad" * 20)
        event.refresh_from_db()
        assert (event.claimed_until, event.last_error) == (None, ("TooBad" * 20)[:64])
        waits.append(event.due_at - now)
        assert claim(event.due_at - SECOND) == []
        now = event.due_at
    assert waits == [min(2**attempt * SECOND, LONGEST_WAIT) for attempt in range(15)]


def test_who_lost_the_lease_gives_nothing_back():
    happened()
    (slow,) = claim()
    (quick,) = claim(NOW + LEASE)
    slow.put_off(NOW + LEASE, error="TooLate")
    quick.refresh_from_db()
    assert (quick.claimed_until, quick.last_error) == (NOW + 2 * LEASE, "")


def test_work_that_is_done_is_done_whoever_did_it():
    event = happened()
    (slow,) = claim()
    claim(NOW + LEASE)
    slow.finish(NOW + LEASE)
    event.refresh_from_db()
    assert (event.done_at, event.claimed_until) == (NOW + LEASE, None)
    assert str(event) == f"appointment.booked {event.subject_id} v1"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_never_get_the_same_row():
    events = {happened().pk for _ in range(120)}

    def work() -> list[str]:
        mine: list[str] = []
        while claimed := claim(most=7):
            mine += [str(event.pk) for event in claimed]
        return mine

    found = in_threads_of(work, workers=8)
    assert sorted(found) == sorted(str(pk) for pk in events)
    assert connection.vendor != "postgresql" or connection.features.has_select_for_update_skip_locked
