"""What must hold of events is noticed when it does not."""

from datetime import timedelta

import pytest

from freeslot.events import invariants
from freeslot.events.models import Event
from tests.support.cast import NOW, make_cast

pytestmark = pytest.mark.django_db


def found(now=NOW):
    return list(invariants.breaches(now=now))


@pytest.fixture
def event():
    make_cast().book()
    return Event.objects.get()


def again(event, **change: object) -> Event:
    values = {"version": 2, "kind": "appointment.cancelled", "at": NOW, "due_at": NOW}
    shared = {name: getattr(event, name) for name in ("practice_id", "subject_id", "actor_kind", "door", "data")}
    return Event.objects.create(**shared | values | change)


def test_a_new_event_is_no_breach(event):
    assert found(NOW + timedelta(minutes=5)) == []


def test_an_event_that_waits_too_long_is_noticed(event):
    event.put_off(NOW, error="SMTPServerDisconnected")

    since = "has waited since 2027-03-03T21:00:00+00:00"
    error = "tried 0 times, last with SMTPServerDisconnected"
    assert found(NOW + timedelta(minutes=5, seconds=1)) == [
        f"The event {event.pk} (appointment.booked) {since}: {error}."
    ]


def test_a_gap_in_the_versions_is_noticed(event):
    again(event, version=3)

    assert found() == [f"The events of visit {event.subject_id} are not numbered from 1 without a gap."]


def test_a_history_of_two_practices_is_noticed(event):
    again(event, practice_id=event.subject_id)

    assert found() == [f"The events of visit {event.subject_id} name more than one practice."]


def test_an_event_handled_before_an_earlier_one_is_noticed(event):
    later = again(event, done_at=NOW)

    assert found() == [f"The event {later.pk} (appointment.cancelled) was handled before an earlier one of its visit."]
