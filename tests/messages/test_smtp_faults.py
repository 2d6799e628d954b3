"""Faults of the mail server, each with its name and its back-off: nothing is lost, and calendars stay in order."""

import re
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from freeslot.messages import smtp
from freeslot.messages.models import Message
from freeslot.messages.sending import send_due_messages
from freeslot.patients.models import Contact
from freeslot.scheduling.models import Appointment
from tests.messages.faultyserver import (
    FaultyServer,
    Talk,
    context_nobody_trusts,
    talk_and_reset_within_text,
    talk_slowly_from,
    talk_until_starttls,
)
from tests.messages.mailserver import Mailbox, mail_server
from tests.messages.support import calendar_text, cancel, make_messages, next_try, send_all, state_and_error, undo
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize("asks_for", ["EMAIL_USE_TLS", "EMAIL_USE_SSL"])
def test_a_certificate_nobody_trusts_is_told_nothing(cast: Cast, settings: Any, tmp_path: Path, asks_for: str):
    cast.book()
    make_messages(cast.now)
    box, context = Mailbox(), context_nobody_trusts(tmp_path)
    options = {"ssl_context": context} if asks_for == "EMAIL_USE_SSL" else {"tls_context": context}
    setattr(settings, asks_for, True)

    with mail_server(settings, box, **options):
        send_due_messages(now=cast.now)

    assert state_and_error() == ("queued", "server_tls_failed")
    assert (box.seen["mail"], next_try()) == (0, cast.now + 2 * SECOND)
    setattr(settings, asks_for, False)
    assert_arrives(cast.now + 2 * SECOND, settings)


def hang_up(peer: Any) -> None:
    """Ends the call once it has heard what it was told: an end before that may be a reset instead."""
    peer.recv(1 << 16)


def say_nothing(peer: Any) -> None:
    peer.recv(1)
    while peer.recv(4096):
        pass


@pytest.mark.parametrize(("then", "error"), [(hang_up, "server_tls_failed"), (say_nothing, "server_timed_out")])
def test_a_handshake_that_does_not_end_is_tried_again(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, then: Talk, error: str
):
    monkeypatch.setattr(smtp, "SECONDS_FOR_A_STEP", 2.0)
    settings.EMAIL_USE_TLS = True
    cast.book()
    make_messages(cast.now)

    send_to(talk_until_starttls(then), settings, cast.now)

    assert state_and_error() == ("queued", error)
    monkeypatch.undo()
    settings.EMAIL_USE_TLS = False
    assert_arrives(cast.now + 2 * SECOND, settings)


@pytest.mark.parametrize(
    ("stage", "error"),
    [
        (b"GREETING", "server_timed_out"),
        (b"EHLO", "server_timed_out"),
        (b"MAIL", "timed_out"),
        (b"RCPT", "timed_out"),
        (b"DATA", "timed_out"),
        (b"TEXT", "answer_timed_out"),
    ],
)
def test_a_server_that_answers_letter_by_letter_is_given_up_for_now(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch, stage: bytes, error: str
):
    monkeypatch.setattr(smtp, "SECONDS_FOR_ONE", 2.5)
    cast.book()
    make_messages(cast.now)
    began = time.monotonic()

    send_to(talk_slowly_from(stage, pause=0.02), settings, cast.now)

    assert time.monotonic() - began < 30  # its answer would have lasted minutes
    assert state_and_error() == ("queued", error)
    monkeypatch.undo()
    assert_arrives(cast.now + MINUTE, settings)


def test_a_connection_dropped_within_the_text_brings_the_same_mail_once_more(cast: Cast, settings: Any):
    cast.book()
    make_messages(cast.now)

    send_to(talk_and_reset_within_text(after_bytes=500), settings, cast.now)

    assert state_and_error()[0] == "queued"
    assert state_and_error()[1] in {"dropped", "answer_dropped"}  # as far as the system had taken the text
    assert_arrives(cast.now + MINUTE, settings)


@pytest.mark.parametrize("answer", ["421 closing", "450 busy", "451 try later"])
def test_each_further_try_comes_later(cast: Cast, mailbox: Mailbox, answer: str):
    mailbox.at_recipient = lambda _address: answer
    cast.book()
    make_messages(cast.now)

    tries = []
    for _ in range(11):
        tries.append((next_try() - cast.now) // SECOND)
        send_due_messages(now=next_try())

    assert mailbox.seen["rcpt"] == 11
    assert tries == [0, 2, 6, 14, 30, 62, 126, 254, 510, 1022, 1022 + 15 * 60]


@pytest.mark.parametrize("at", ["at_recipient", "at_data"])
@pytest.mark.parametrize("answer", ["450 busy", "421 closing", "drop"])
def test_calendars_of_one_recipient_stay_in_order_while_the_first_mail_is_tried_again(
    cast: Cast, mailbox: Mailbox, at: str, answer: str
):
    if (at, answer) == ("at_recipient", "drop"):
        answer = "452 full"
    failures = iter([answer] * 3)
    visit = with_a_long_story(cast)
    setattr(mailbox, at, lambda _what: next(failures, None))

    send_until_done(cast.now + HOUR)

    assert sequences(mailbox, visit, "maria@example.org") == [0, 1, 2, 3]


def test_calendars_of_one_recipient_stay_in_order_when_the_answer_to_the_first_is_lost(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    """The first mail did arrive, and comes again as the same before any later one."""
    visit = with_a_long_story(cast)
    answers = iter(["250 taken, but not heard"])
    keep = mailbox.handle_DATA

    async def lose_first_answer(server: Any, session: Any, envelope: Any) -> str:
        taken = await keep(server, session, envelope)
        if next(answers, None):
            server.transport.abort()
        return taken

    monkeypatch.setattr(mailbox, "handle_DATA", lose_first_answer)
    send_until_done(cast.now + HOUR)

    assert sequences(mailbox, visit, "maria@example.org") == [0, 0, 1, 2, 3]
    assert mailbox.raw[0] == mailbox.raw[1]


def test_one_recipient_whose_mail_waits_holds_back_no_other(cast: Cast, mailbox: Mailbox):
    daughter = Contact.objects.create(
        practice=cast.practice, patient=cast.patient, kind="email", value="ana@example.org", consented_at=cast.now
    )
    visit = with_a_long_story(cast)
    mailbox.at_recipient = lambda address: "450 busy" if address == "maria@example.org" else None

    send_all(cast.now + HOUR)
    assert sequences(mailbox, visit, daughter.value) == [0, 1, 2, 3]
    assert sequences(mailbox, visit, "maria@example.org") == []

    mailbox.at_recipient = lambda _address: None
    send_until_done(cast.now + HOUR)
    assert sequences(mailbox, visit, "maria@example.org") == [0, 1, 2, 3]


def with_a_long_story(cast: Cast) -> Appointment:
    """Booked, cancelled, taken back, cancelled: all of it waits to be told."""
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now + SECOND)
    cancel(cast, visit, at=cast.now + 2 * SECOND)
    make_messages(cast.now + HOUR)
    return visit


def send_until_done(now: datetime) -> None:
    while waiting := Message.objects.in_turn().filter(done_at=None).order_by("due_at").first():
        now = max(now, waiting.due_at)
        send_due_messages(now=now)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def sequences(mailbox: Mailbox, visit: Appointment, recipient: str) -> list[int]:
    """Of the calendar parts as they arrived there, one after the other."""
    parts = [calendar_text(mail) for mail, to in zip(mailbox.mails, mailbox.recipients, strict=True) if to == recipient]
    assert all(visit.ical_uid.encode() in part for part in parts)
    return [int(re.findall(rb"SEQUENCE:(\d+)", part)[0]) for part in parts]


def send_to(talk: Talk, settings: Any, now: datetime) -> None:
    with FaultyServer(talk) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        send_due_messages(now=now)
        assert server.calls == 1


def assert_arrives(now: datetime, settings: Any) -> None:
    """As soon as a server without a fault stands in its place."""
    box = Mailbox()
    with mail_server(settings, box):
        send_due_messages(now=now)
    assert len(box.mails) == 1
    assert state_and_error() == ("sent", "")
