"""Mails on their way: in order, each to its end, and nothing lost."""

import logging
from datetime import timedelta
from typing import Any

import pytest

from freeslot.events.leases import LEASE
from freeslot.messages.models import Message
from freeslot.messages.sending import send_due_messages
from freeslot.patients.models import Contact
from tests.messages.mailserver import Mailbox, mail_server
from tests.messages.support import (
    cancel,
    make_messages,
    only_contact,
    send_all,
    state_and_error,
    undo,
    words_of,
)
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_a_cancel_reaches_the_patient_by_mail(cast: Cast, mailbox: Mailbox):
    cancel(cast, cast.book())
    make_messages(cast.now)

    send_all(cast.now)

    assert mailbox.recipients == [cast.patient.contacts.get().value] * 2
    assert mailbox.subjects == [
        "Visit booked: Wed 10 March, 4:00 pm – Elm Street Practice",
        "Visit cancelled: Wed 10 March, 4:00 pm – Elm Street Practice",
    ]
    assert list(Message.objects.values_list("state", "sent_at", "done_at").distinct()) == [("sent", cast.now, cast.now)]


def test_nothing_due_opens_no_connection(cast: Cast, mailbox: Mailbox):
    assert send_due_messages(now=cast.now) == 0
    assert mailbox.connections == 0


def test_messages_of_one_visit_go_in_the_order_of_what_happened(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now + SECOND)
    cancel(cast, visit, at=cast.now + 2 * SECOND)
    make_messages(cast.now)

    send_all(cast.now)

    assert [subject.split(":")[0] for subject in mailbox.subjects] == [
        "Visit booked", "Visit cancelled", "Visit booked again", "Visit cancelled",
    ]  # fmt: skip


def test_an_earlier_message_that_waits_holds_back_the_later_ones_of_its_visit_only(cast: Cast, mailbox: Mailbox):
    visit, other = cast.book(), cast.book()
    cancel(cast, visit)
    make_messages(cast.now)
    mailbox.at_data = lambda envelope: "451 later" if visit.reference in words_of(envelope) else None

    send_all(cast.now)

    states = {(message.appointment_id, message.kind): message.state for message in Message.objects.all()}
    assert states == {(visit.pk, "booked"): "queued", (visit.pk, "cancelled"): "queued", (other.pk, "booked"): "sent"}
    assert mailbox.seen["data"] == 2

    mailbox.at_data = lambda _envelope: None
    send_all(cast.now + MINUTE)
    assert [subject.split(":")[0] for subject in mailbox.subjects[1:]] == ["Visit booked", "Visit cancelled"]


def test_one_that_can_never_be_sent_holds_back_nothing(cast: Cast, mailbox: Mailbox):
    visit = cast.book()
    make_messages(cast.now)
    mailbox.at_recipient = lambda _address: "550 no such user"
    send_all(cast.now)
    mailbox.at_recipient = lambda _address: None
    cancel(cast, visit)
    make_messages(cast.now)

    send_all(cast.now)

    assert mailbox.subjects == ["Visit cancelled: Wed 10 March, 4:00 pm – Elm Street Practice"]
    assert only_contact().failed_at is None  # a mail was taken again


@pytest.mark.parametrize("code", [550, 551, 553])
def test_an_unknown_address_ends_the_message_and_is_noted_at_the_contact(cast: Cast, mailbox: Mailbox, code: int):
    cast.book()
    make_messages(cast.now)
    mailbox.at_recipient = lambda _address: f"{code} no such user here"

    send_all(cast.now)

    message = Message.objects.get()
    assert (message.state, message.last_error, message.done_at) == ("undeliverable", f"recipient_{code}", cast.now)
    assert only_contact().failed_at == cast.now


def test_a_refused_text_ends_the_message_but_blames_nobody(cast: Cast, mailbox: Mailbox):
    cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda _envelope: "554 looks like spam"

    send_all(cast.now)

    assert state_and_error() == ("undeliverable", "data_554")
    assert only_contact().failed_at is None


@pytest.mark.parametrize(
    ("at", "answer", "error"),
    [
        ("at_recipient", "450 greylisted", "recipient_450"),
        ("at_recipient", "452 full", "recipient_452"),
        ("at_recipient", "552 mailbox full", "recipient_552"),
        ("at_recipient", "421 closing", "recipient_421"),
        ("at_data", "421 closing", "data_421"),
        ("at_data", "451 try later", "data_451"),
    ],
)
def test_what_is_refused_for_now_is_tried_again(cast: Cast, mailbox: Mailbox, at: str, answer: str, error: str):
    cast.book()
    make_messages(cast.now)
    setattr(mailbox, at, lambda _: answer)

    send_all(cast.now)
    assert state_and_error() == ("queued", error)
    assert mailbox.mails == []

    setattr(mailbox, at, lambda _: None)
    send_all(cast.now + SECOND)
    assert mailbox.mails == []
    send_all(cast.now + 2 * SECOND)
    assert len(mailbox.mails) == 1
    assert state_and_error() == ("sent", "")


def test_a_mail_waits_for_its_proof(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.FREESLOT_PROOFS = ["tests.messages.proofs.not_there_yet"]
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)
    assert state_and_error() == ("queued", "proof_missing")

    settings.FREESLOT_PROOFS = ["tests.messages.proofs.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["tests.messages.proofs.no_number_yet"]
    send_due_messages(now=cast.now + 2 * SECOND)
    assert state_and_error() == ("queued", "proof_missing")

    settings.FREESLOT_PROOF_NUMBERS = []
    send_all(cast.now + MINUTE)
    assert [part.get_filename() for part in mailbox.mails[0].iter_attachments()] == [
        "invite.ics", "receipt-R-8DWE-6TNP.pdf",
    ]  # fmt: skip


def test_an_address_that_is_none_ends_the_message(cast: Cast, mailbox: Mailbox):
    Contact.objects.update(value="nobody")
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert state_and_error() == ("undeliverable", "bad_address")
    assert only_contact().failed_at == cast.now


def test_a_message_that_cannot_be_made_waits_and_others_go(cast: Cast, mailbox: Mailbox):
    first, _other = cast.book(), cast.book()
    make_messages(cast.now)
    broken = Message.objects.get(appointment_id=first.pk)
    Message.objects.filter(pk=broken.pk).update(event_id=first.pk)

    send_all(cast.now)

    broken.refresh_from_db()
    assert (broken.state, broken.last_error) == ("queued", "DoesNotExist")
    assert len(mailbox.mails) == 1


def test_an_address_beyond_ascii_goes_to_a_server_that_knows_such(cast: Cast, mailbox: Mailbox):
    Contact.objects.update(value="maría@example.org")
    cast.book()
    make_messages(cast.now)

    send_all(cast.now)

    assert mailbox.recipients == ["maría@example.org"]
    assert str(mailbox.mails[0]["To"]) == "maría@example.org"


def test_an_address_beyond_ascii_ends_at_a_server_that_does_not(cast: Cast, settings: Any):
    Contact.objects.update(value="maría@example.org")
    cast.book()
    make_messages(cast.now)

    with mail_server(settings, Mailbox(), knows_utf8=False):
        send_all(cast.now)

    assert state_and_error() == ("undeliverable", "address_not_supported")


def test_a_worker_killed_after_the_sending_repeats_the_one_mail_as_the_same(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    cast.book()
    make_messages(cast.now)

    def killed(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Message, "end", killed)
        with pytest.raises(KeyboardInterrupt):
            send_due_messages(now=cast.now)
    send_all(cast.now + LEASE - SECOND)
    assert len(mailbox.mails) == 1

    send_all(cast.now + LEASE)
    assert state_and_error() == ("sent", "")
    assert mailbox.raw[0] == mailbox.raw[1]


def test_logs_name_no_address_and_no_visit(cast: Cast, mailbox: Mailbox, caplog: pytest.LogCaptureFixture):
    visit = cast.book()
    cancel(cast, visit)
    make_messages(cast.now)
    mailbox.at_recipient = lambda address: f"550 {address} is unknown"

    with caplog.at_level(logging.DEBUG, "freeslot"):
        send_all(cast.now)

    logged = " ".join(record.getMessage() for record in caplog.records)
    assert "recipient_550" in logged
    assert "example.org" not in logged
    assert visit.reference not in logged


def test_lines_that_begin_with_a_dot_arrive_whole(cast: Cast, mailbox: Mailbox):
    cast.location.address = ".\n.hidden"
    cast.location.name = ""
    cast.location.save()
    cast.book()
    make_messages(cast.now)

    send_all(cast.now)

    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert "\n.\n.hidden\n" in body.get_content().replace("\r\n", "\n")
