"""What the doctor says of messages."""

from datetime import timedelta

import pytest

from freeslot.events.models import Event
from freeslot.messages.invariants import breaches
from freeslot.messages.models import Message
from tests.messages.support import cancel, make_messages
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db


def test_what_was_handled_and_told_breaks_nothing():
    cast = make_cast(weeks=2)
    cancel(cast, cast.book())
    make_messages(cast.now)
    Event.objects.update(done_at=cast.now)

    assert list(breaches(now=cast.now)) == []


def test_a_handled_event_without_its_message_is_found():
    cast = make_cast(weeks=2)
    cast.book()
    event = Event.objects.get()
    assert list(breaches(now=cast.now)) == []

    Event.objects.update(done_at=cast.now)

    assert list(breaches(now=cast.now)) == [f"Event {event.pk} (appointment.booked) was handled, but has no message."]


def test_a_message_that_waits_for_more_than_a_day_is_found():
    cast = make_cast(weeks=2)
    cast.book()
    (message,) = make_messages(cast.now)
    Message.objects.update(last_error="server_timed_out")
    day = timedelta(days=1)

    assert list(breaches(now=cast.now + day)) == []
    assert list(breaches(now=cast.now + day + timedelta(seconds=1))) == [
        f"Message {message.pk} (booked) has waited for more than a day: server_timed_out."
    ]
