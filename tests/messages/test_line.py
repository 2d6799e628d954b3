"""The line to the mail server in all its faults: what waits, what is tried again, and how often."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult

from freeslot.messages import smtp
from freeslot.messages.models import GIVE_UP_AFTER, Message
from freeslot.messages.sending import send_due_messages
from freeslot.messages.settling import COPIES
from tests.messages.mailserver import DroppingServer, Mailbox, free_port, mail_server
from tests.messages.support import (
    cancel,
    make_messages,
    next_try,
    only_contact,
    send_all,
    state_and_error,
    words_of,
)
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_many_mails_go_over_one_connection(cast: Cast, mailbox: Mailbox):
    for _ in range(5):
        cast.book()
    make_messages(cast.now)

    assert send_due_messages(now=cast.now) == 5

    assert (len(mailbox.mails), mailbox.connections) == (5, 1)


def test_after_a_refusal_the_next_mail_goes_over_the_same_connection(cast: Cast, mailbox: Mailbox):
    first, _other = cast.book(), cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda envelope: "554 no" if first.reference in words_of(envelope) else None

    send_all(cast.now)

    assert (len(mailbox.mails), mailbox.connections) == (1, 1)


def test_after_421_the_next_mail_opens_a_new_connection(cast: Cast, mailbox: Mailbox):
    first, _other = cast.book(), cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda envelope: "421 closing" if first.reference in words_of(envelope) else None

    send_due_messages(now=cast.now)

    assert (len(mailbox.mails), mailbox.connections) == (1, 2)


def test_a_sender_that_is_refused_is_not_the_patients_fault(cast: Cast, mailbox: Mailbox):
    for _ in range(3):
        cast.book()
    make_messages(cast.now)
    mailbox.at_sender = lambda _address: "550 who are you"

    send_all(cast.now)

    assert mailbox.seen["mail"] == 1
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    assert only_contact().failed_at is None


def test_a_server_that_was_down_for_an_hour_gets_everything_when_it_is_back(cast: Cast, settings: Any):
    visit = cast.book()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    cancel(cast, visit)
    cast.book(days=2)
    make_messages(cast.now)
    now = cast.now
    while now < cast.now + HOUR:
        send_due_messages(now=now)
        now = next_try()
    assert {row[0] for row in Message.objects.values_list("state", "last_error")} == {"queued"}

    box = Mailbox()
    with mail_server(settings, box, settings.EMAIL_PORT):
        send_all(now)

    assert len(box.mails) == 3
    assert now <= cast.now + HOUR + 2 * MINUTE
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_without_a_line_one_try_stands_for_all(cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for _ in range(5):
        cast.book()
    make_messages(cast.now)

    with caplog.at_level(logging.WARNING):
        assert send_due_messages(now=cast.now) == 1
        assert send_due_messages(now=cast.now) == 0

    assert [record.getMessage() for record in caplog.records] == [
        "A message of kind booked waits: server_connection_refused"
    ]
    errors = set(Message.objects.values_list("last_error", flat=True))
    assert errors == {"server_connection_refused", "server_away"}


def test_the_first_mail_that_gets_through_lets_the_others_go(cast: Cast, settings: Any):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    for _ in range(3):
        cast.book()
    make_messages(cast.now)
    send_due_messages(now=cast.now)
    Message.objects.filter(attempts=0).update(due_at=cast.now + HOUR)

    box = Mailbox()
    with mail_server(settings, box, settings.EMAIL_PORT):
        send_all(cast.now + 2 * SECOND)

    assert len(box.mails) == 3


def test_an_unknown_host_waits_under_its_name(cast: Cast, settings: Any):
    settings.EMAIL_HOST = "no-such-host.invalid"
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "server_host_unknown")


def test_a_server_without_the_tls_we_ask_for_gets_nothing(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.EMAIL_USE_TLS = True
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "server_not_supported")
    assert mailbox.seen["mail"] == 0


def test_a_server_that_speaks_no_tls_from_the_first_byte_gets_nothing(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.EMAIL_USE_SSL = True
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "server_tls_failed")


@pytest.mark.parametrize(("greeting", "error"), [(b"554 go away", "greeting_554"), (b"421 busy", "greeting_421")])
def test_a_server_that_does_not_want_us_now_is_tried_again(cast: Cast, settings: Any, greeting: bytes, error: str):
    cast.book()
    make_messages(cast.now)

    with DroppingServer(greeting) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", f"server_{error}")


def test_a_wrong_password_is_ours_to_mend_and_loses_nothing(cast: Cast, settings: Any):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "freeslot", "wrong"
    cast.book()
    make_messages(cast.now)

    refuse = {"authenticator": lambda *_: AuthResult(success=False, handled=False), "auth_require_tls": False}
    with mail_server(settings, Mailbox(), **refuse):
        send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "server_sign_in_refused_535")


def test_a_connection_dropped_in_the_middle_of_a_mail_is_tried_again(cast: Cast, settings: Any):
    cast.book()
    make_messages(cast.now)

    with DroppingServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        send_due_messages(now=cast.now)
    assert state_and_error()[0] == "queued"
    assert state_and_error()[1] in {"dropped", "answer_dropped"}

    box = Mailbox()
    with mail_server(settings, box):
        send_all(cast.now + MINUTE)
    assert len(box.mails) == 1


def test_a_slow_server_is_given_up_for_now(cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smtp, "SECONDS_FOR_A_STEP", 1.0)
    mailbox.slowness = 3.0
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "timed_out")


def test_a_server_that_is_slow_in_every_step_is_given_up_over_all(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(smtp, "SECONDS_FOR_ONE", 1.6)
    mailbox.slowness = 1.0
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "timed_out")


def test_a_lost_answer_is_followed_by_few_and_rare_repeats(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    mailbox.at_data = lambda _envelope: "drop"
    cast.book()
    make_messages(cast.now)

    now, tries = cast.now, []
    while state_and_error()[0] == "queued":
        before = mailbox.seen["data"]
        send_due_messages(now=now)
        tries += [now - cast.now] * (mailbox.seen["data"] - before)
        now = next_try()

    assert state_and_error() == ("failed", "answer_dropped")
    assert len(tries) == COPIES[Message.Channel.EMAIL].most
    assert tries[:4] == [0 * MINUTE, 1 * MINUTE, 3 * MINUTE, 7 * MINUTE]


def test_after_days_without_success_a_message_ends_as_failed(cast: Cast, mailbox: Mailbox):
    mailbox.at_recipient = lambda _address: "450 later"
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now + GIVE_UP_AFTER - SECOND)
    assert state_and_error() == ("queued", "recipient_450")
    send_due_messages(now=cast.now + GIVE_UP_AFTER + MINUTE)
    assert state_and_error() == ("failed", "recipient_450")


def test_a_run_leaves_the_rest_to_the_next_when_its_time_is_up(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("freeslot.messages.sending.SECONDS_FOR_A_RUN", 0.0)
    cast.book()
    make_messages(cast.now)

    assert send_due_messages(now=cast.now) == 0
    assert list(Message.objects.values_list("claimed_until", "attempts")) == [(None, 0)]
