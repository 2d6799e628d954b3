"""What a page shows of messages, and sending them once more."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.messages.delivery import Again, deliveries_of, masked, send_again, sender_address
from freeslot.messages.models import Message
from freeslot.practices.words import place_of
from tests.messages.gatewayserver import use_gateway
from tests.messages.mailserver import Mailbox
from tests.messages.support import cancel, give_phone, make_messages, send_all, undo
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def test_right_after_the_press_what_will_be_sent_is_on_its_way(cast: Cast):
    visit = cast.book()
    cancel(cast, visit)
    event = Event.objects.get(kind="appointment.cancelled")

    (delivery,) = deliveries_of(visit.pk, event.pk)

    assert (delivery.what, delivery.state, delivery.words) == ("E-mail to m•••@example.org", "waiting", "on its way")
    assert (delivery.message_id, delivery.carries_calendar, delivery.can_be_sent_again) == (None, True, False)


def test_a_sent_mail_is_called_sent_with_its_time_and_never_delivered(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    make_messages(cast.now)
    send_all(cast.now)

    (delivery,) = deliveries_of(visit.pk, place=place_of(cast.practice, language="en", now=cast.now))

    assert (delivery.state, delivery.words, delivery.at) == ("sent", "sent 4:00 pm", cast.now)
    assert delivery.carries_calendar
    assert delivery.can_be_sent_again
    assert deliveries_of(visit.pk)[0].words == "sent"


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "waiting", "on its way"),
        ({"last_error": "server_timed_out"}, "waiting", "not sent yet, we keep trying"),
        ({"state": "undeliverable", "last_error": "recipient_550"}, "failed", "could not be delivered"),
        ({"state": "failed", "last_error": "recipient_450"}, "failed", "could not be delivered"),
        ({"state": "failed", "lost_answers": 8}, "failed", "may not have arrived"),
        ({"state": "delivered"}, "delivered", "delivered"),
    ],
)
def test_each_state_has_its_words(cast: Cast, changes: dict[str, Any], state: str, words: str):
    visit = cast.book()
    make_messages(cast.now)
    done = {"done_at": cast.now} if "state" in changes else {}
    Message.objects.update(**changes, **done)

    (delivery,) = deliveries_of(visit.pk)

    assert (delivery.state, delivery.words) == (state, words)


@pytest.mark.parametrize(
    ("agreed", "takes_texts", "state", "words"),
    [
        (True, True, "waiting", "on its way"),
        (False, True, "failed", "not sent: you have not agreed to texts"),
        (True, False, "failed", "not sent: this number cannot receive texts"),
    ],
)
def test_before_and_after_the_worker_ran_a_telephone_has_its_line(
    cast: Cast, settings: Any, agreed: bool, takes_texts: bool, state: str, words: str
):
    use_gateway(settings, 9)
    give_phone(cast, has_agreed=agreed, takes_texts=takes_texts)
    visit = cast.book()
    event = Event.objects.get()

    expected = deliveries_of(visit.pk, event.pk)
    make_messages(cast.now)
    made = deliveries_of(visit.pk, event.pk)

    for _mail, text in (expected, made):
        assert (text.what, text.state, text.words) == ("Text to •••• 0199", state, words)
        assert not text.carries_calendar
        assert not text.can_be_sent_again


@pytest.mark.parametrize(
    ("error", "words", "again"),
    [
        ("refused_21610", "not sent: you have stopped our texts", False),
        ("reported_21610", "not sent: you have stopped our texts", False),
        ("refused_21614", "not sent: this number cannot receive texts", False),
        ("reported_30006", "not sent: this number cannot receive texts", False),
        ("reported_30003", "could not be delivered", True),
        ("refused_21211", "could not be delivered", True),
    ],
)
def test_a_text_that_did_not_go_says_why(cast: Cast, settings: Any, error: str, words: str, again: bool):
    use_gateway(settings, 9)
    give_phone(cast)
    visit = cast.book()
    make_messages(cast.now)
    Message.objects.filter(channel="sms").update(state="undeliverable", done_at=cast.now, last_error=error)

    _mail, text = deliveries_of(visit.pk)

    assert (text.words, text.can_be_sent_again) == (words, again)


def test_a_patient_without_an_address_is_told_so(cast: Cast):
    cast.patient.contacts.all().delete()
    visit = cast.book()
    make_messages(cast.now)

    (delivery,) = deliveries_of(visit.pk)

    assert (delivery.state, delivery.words) == ("failed", "The practice has no e-mail address of yours.")
    assert not delivery.carries_calendar
    assert not delivery.can_be_sent_again


def test_a_visits_messages_come_in_order_and_those_of_one_event_alone(cast: Cast):
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now + SECOND)
    make_messages(cast.now)
    cancelled = Event.objects.get(kind="appointment.cancelled")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        everything = deliveries_of(visit.pk)
        assert len(queries) == 1

    assert [delivery.kind for delivery in everything] == ["booked", "cancelled", "undone"]
    assert [delivery.kind for delivery in deliveries_of(visit.pk, cancelled.pk)] == ["cancelled"]


def test_an_event_that_calls_for_nothing_has_no_deliveries(cast: Cast):
    visit = cast.book()
    Event.objects.update(kind="appointment.released")

    assert deliveries_of(visit.pk, Event.objects.get().pk) == []


def test_sent_again_it_is_the_same_mail_byte_for_byte(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    (message,) = make_messages(cast.now)
    send_all(cast.now)

    again = send_again(message_id=message.pk, appointment_id=visit.pk, now=cast.now + MINUTE)
    send_all(cast.now + MINUTE)

    assert again is Again.QUEUED
    assert len(mailbox.raw) == 2
    assert mailbox.raw[0] == mailbox.raw[1]


def test_sending_again_is_possible_once_a_minute(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    (message,) = make_messages(cast.now)
    send_all(cast.now)
    which = {"message_id": message.pk, "appointment_id": visit.pk}

    assert send_again(**which, now=cast.now + MINUTE - SECOND) is Again.TOO_SOON
    assert send_again(**which, now=cast.now + MINUTE) is Again.QUEUED
    assert send_again(**which, now=cast.now + MINUTE) is Again.TOO_SOON
    assert send_again(**which, now=cast.now + 3 * MINUTE) is Again.TOO_SOON  # it has not gone yet
    send_all(cast.now + 3 * MINUTE)
    assert len(mailbox.mails) == 2


def test_sending_again_ends_after_five_times(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    (message,) = make_messages(cast.now)
    answers = []
    for minute in range(1, 8):
        send_all(cast.now + minute * MINUTE)
        answers.append(
            send_again(message_id=message.pk, appointment_id=visit.pk, now=cast.now + minute * MINUTE + 30 * SECOND)
        )
        now = cast.now + minute * MINUTE + 45 * SECOND
        send_all(now)

    assert answers.count(Again.QUEUED) == 5
    assert answers[-1] is Again.TOO_OFTEN
    assert len(mailbox.mails) == 6
    assert not deliveries_of(visit.pk)[0].can_be_sent_again


def test_what_a_later_message_has_overtaken_is_not_sent_again(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    cancel(cast, visit)
    booked, cancelled = make_messages(cast.now)
    send_all(cast.now)

    now = cast.now + MINUTE
    assert send_again(message_id=booked.pk, appointment_id=visit.pk, now=now) is Again.SUPERSEDED
    assert send_again(message_id=cancelled.pk, appointment_id=visit.pk, now=now) is Again.QUEUED
    assert [each.can_be_sent_again for each in deliveries_of(visit.pk)] == [False, False]


def test_a_message_of_another_visit_is_unknown(cast: Cast):
    visit, other = cast.book(), cast.book()
    make_messages(cast.now)
    message = Message.objects.get(appointment_id=other.pk)

    again = send_again(message_id=message.pk, appointment_id=visit.pk, now=cast.now + MINUTE)

    assert again is Again.UNKNOWN


def test_an_address_is_shown_only_in_part():
    assert masked("maria@example.org") == "m•••@example.org"
    assert masked("+12125550199") == "•••• 0199"


def test_the_sender_to_look_for_is_the_bare_address(settings: Any):
    settings.DEFAULT_FROM_EMAIL = "Freeslot <visits@book.example>"

    assert sender_address() == "visits@book.example"
