"""Mails on their way: in order, through failures of every kind, and nothing lost."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, Envelope

from freeslot.messages import smtp
from freeslot.messages.models import GIVE_UP_AFTER, Message
from freeslot.messages.sending import MOST_LOST_ANSWERS, send_due_messages
from freeslot.patients.models import Contact
from tests.messages.mailserver import DroppingServer, Mailbox, free_port, mail_server
from tests.messages.support import cancel, make_messages, send_all, undo
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast(weeks=2)


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


def test_many_mails_go_over_one_connection(cast: Cast, mailbox: Mailbox):
    for _ in range(5):
        cast.book()
    make_messages(cast.now)

    assert send_due_messages(now=cast.now) == 5

    assert (len(mailbox.mails), mailbox.connections) == (5, 1)


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
    mailbox.at_data = lambda envelope: "451 later" if visit.reference in _words(envelope) else None

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
    assert _contact().failed_at is None  # a mail was taken again


@pytest.mark.parametrize("code", [550, 551, 553])
def test_an_unknown_address_ends_the_message_and_is_noted_at_the_contact(cast: Cast, mailbox: Mailbox, code: int):
    cast.book()
    make_messages(cast.now)
    mailbox.at_recipient = lambda _address: f"{code} no such user here"

    send_all(cast.now)

    message = Message.objects.get()
    assert (message.state, message.last_error, message.done_at) == ("undeliverable", f"recipient_{code}", cast.now)
    assert _contact().failed_at == cast.now


def test_a_refused_text_ends_the_message_but_blames_nobody(cast: Cast, mailbox: Mailbox):
    cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda _envelope: "554 looks like spam"

    send_all(cast.now)

    assert _state() == ("undeliverable", "data_554")
    assert _contact().failed_at is None


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
    assert _state() == ("queued", error)
    assert mailbox.mails == []

    setattr(mailbox, at, lambda _: None)
    send_all(cast.now + SECOND)
    assert mailbox.mails == []
    send_all(cast.now + 2 * SECOND)
    assert len(mailbox.mails) == 1
    assert _state() == ("sent", "")


def test_after_a_refusal_the_next_mail_goes_over_the_same_connection(cast: Cast, mailbox: Mailbox):
    first, _other = cast.book(), cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda envelope: "554 no" if first.reference in _words(envelope) else None

    send_all(cast.now)

    assert (len(mailbox.mails), mailbox.connections) == (1, 1)


def test_after_421_the_next_mail_opens_a_new_connection(cast: Cast, mailbox: Mailbox):
    first, _other = cast.book(), cast.book()
    make_messages(cast.now)
    mailbox.at_data = lambda envelope: "421 closing" if first.reference in _words(envelope) else None

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
    assert _contact().failed_at is None


def test_a_server_that_was_down_for_an_hour_gets_everything_when_it_is_back(cast: Cast, settings: Any):
    visit = cast.book()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    cancel(cast, visit)
    cast.book(days=2)
    make_messages(cast.now)
    now = cast.now
    while now < cast.now + HOUR:
        send_due_messages(now=now)
        now = _next_try()
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

    assert _state() == ("queued", "server_host_unknown")


def test_a_server_without_the_tls_we_ask_for_gets_nothing(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.EMAIL_USE_TLS = True
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert _state() == ("queued", "server_not_supported")
    assert mailbox.seen["mail"] == 0


def test_a_server_that_speaks_no_tls_from_the_first_byte_gets_nothing(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.EMAIL_USE_SSL = True
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert _state() == ("queued", "server_tls_failed")


@pytest.mark.parametrize(("greeting", "error"), [(b"554 go away", "greeting_554"), (b"421 busy", "greeting_421")])
def test_a_server_that_does_not_want_us_now_is_tried_again(cast: Cast, settings: Any, greeting: bytes, error: str):
    cast.book()
    make_messages(cast.now)

    with DroppingServer(greeting) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        send_due_messages(now=cast.now)

    assert _state() == ("queued", f"server_{error}")


def test_a_wrong_password_is_ours_to_mend_and_loses_nothing(cast: Cast, settings: Any):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "freeslot", "wrong"
    cast.book()
    make_messages(cast.now)

    refuse = {"authenticator": lambda *_: AuthResult(success=False, handled=False), "auth_require_tls": False}
    with mail_server(settings, Mailbox(), **refuse):
        send_due_messages(now=cast.now)

    assert _state() == ("queued", "server_sign_in_refused_535")


def test_a_connection_dropped_in_the_middle_of_a_mail_is_tried_again(cast: Cast, settings: Any):
    cast.book()
    make_messages(cast.now)

    with DroppingServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        send_due_messages(now=cast.now)
    assert _state()[0] == "queued"
    assert _state()[1] in {"dropped", "answer_dropped"}

    box = Mailbox()
    with mail_server(settings, box):
        send_all(cast.now + MINUTE)
    assert len(box.mails) == 1


def test_a_slow_server_is_given_up_for_now(cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smtp, "SECONDS_FOR_A_STEP", 0.2)
    mailbox.slowness = 1.0
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert _state() == ("queued", "timed_out")


def test_a_server_that_is_slow_in_every_step_is_given_up_over_all(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(smtp, "SECONDS_FOR_ONE", 0.3)
    mailbox.slowness = 0.2
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)

    assert _state() == ("queued", "timed_out")


def test_a_lost_answer_is_followed_by_few_and_rare_repeats(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    mailbox.at_data = lambda _envelope: "drop"
    cast.book()
    make_messages(cast.now)

    now, tries = cast.now, []
    while _state()[0] == "queued":
        before = mailbox.seen["data"]
        send_due_messages(now=now)
        tries += [now - cast.now] * (mailbox.seen["data"] - before)
        now = _next_try()

    assert _state() == ("failed", "answer_dropped")
    assert len(tries) == MOST_LOST_ANSWERS
    assert tries[:4] == [0 * MINUTE, 1 * MINUTE, 3 * MINUTE, 7 * MINUTE]


def test_after_days_without_success_a_message_ends_as_failed(cast: Cast, mailbox: Mailbox):
    mailbox.at_recipient = lambda _address: "450 later"
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now + GIVE_UP_AFTER - SECOND)
    assert _state() == ("queued", "recipient_450")
    send_due_messages(now=cast.now + GIVE_UP_AFTER + MINUTE)
    assert _state() == ("failed", "recipient_450")


def test_a_mail_waits_for_its_proof(cast: Cast, mailbox: Mailbox, settings: Any):
    settings.FREESLOT_PROOFS = ["tests.messages.proofs.not_there_yet"]
    cast.book()
    make_messages(cast.now)

    send_due_messages(now=cast.now)
    assert _state() == ("queued", "proof_missing")

    settings.FREESLOT_PROOFS = ["tests.messages.proofs.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["tests.messages.proofs.no_number_yet"]
    send_due_messages(now=cast.now + 2 * SECOND)
    assert _state() == ("queued", "proof_missing")

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

    assert _state() == ("undeliverable", "bad_address")
    assert _contact().failed_at == cast.now


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

    assert _state() == ("undeliverable", "address_not_supported")


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


def test_a_run_leaves_the_rest_to_the_next_when_its_time_is_up(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("freeslot.messages.sending.SECONDS_FOR_A_RUN", 0.0)
    cast.book()
    make_messages(cast.now)

    assert send_due_messages(now=cast.now) == 0
    assert list(Message.objects.values_list("claimed_until", "attempts")) == [(None, 0)]


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


def _next_try() -> datetime:
    waiting = Message.objects.in_turn().order_by("due_at")
    return waiting.values_list("due_at", flat=True)[0]


def _state() -> tuple[str, str]:
    return Message.objects.values_list("state", "last_error").get()


def _contact() -> Contact:
    return Contact.objects.get()


def _words(envelope: Envelope) -> str:
    content = envelope.content
    return content.decode() if isinstance(content, bytes) else str(content)
