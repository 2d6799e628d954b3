"""Texts on their way: whom they go to, in what order, and what an answer of the gateway teaches."""

import re
from datetime import timedelta
from typing import Any

import pytest

from freeslot.events.leases import LEASE
from freeslot.messages.models import Message
from freeslot.messages.sending import send_due_texts
from freeslot.patients.models import Contact
from tests.messages.gatewayserver import PATH, SENDER, Answer, Gateway, gateway_server, refusal, taken
from tests.messages.mailserver import Mailbox, free_port
from tests.messages.support import cancel, give_phone, make_messages, send_all, send_texts, undo
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def phone(cast: Cast) -> Contact:
    """The patient is reached by texts alone."""
    cast.patient.contacts.all().delete()
    return give_phone(cast)


def state_of_text() -> tuple[str, str]:
    return Message.objects.values_list("state", "last_error").get(channel="sms")


def test_a_cancel_reaches_the_patient_by_text(cast: Cast, phone: Contact, gateway: Gateway):
    cancel(cast, cast.book())
    make_messages(cast.now)

    send_texts(cast.now)

    assert [(text["To"], text["From"]) for text in gateway.texts] == [("+12125550199", SENDER)] * 2
    assert [body.split(". ")[0] for body in gateway.bodies] == [
        "Elm Street Practice: visit Wed 10 Mar, 4:00 pm booked",
        "Elm Street Practice: visit Wed 10 Mar, 4:00 pm cancelled",
    ]
    assert gateway.paths == [PATH, PATH]
    assert list(Message.objects.order_by("event_version").values_list("state", "sent_at", "provider_id")) == [
        ("sent", cast.now, "SM0001"), ("sent", cast.now, "SM0002"),
    ]  # fmt: skip


def test_the_gateway_is_told_where_to_report(cast: Cast, phone: Contact, gateway: Gateway):
    cast.book()
    (message,) = make_messages(cast.now)

    send_texts(cast.now)

    (text,) = gateway.texts
    assert text["StatusCallback"] == f"https://visits.example.org/texts/reports/?message={message.pk}&repeat=0"
    assert set(text) == {"To", "From", "Body", "StatusCallback"}


def test_many_texts_go_over_one_connection(cast: Cast, phone: Contact, gateway: Gateway):
    for _ in range(5):
        cast.book()
    make_messages(cast.now)

    assert send_due_texts(now=cast.now) == 5

    assert (len(gateway.texts), gateway.connections) == (5, 1)


def test_nothing_due_opens_no_connection(cast: Cast, gateway: Gateway):
    assert send_due_texts(now=cast.now) == 0
    assert gateway.connections == 0


def test_texts_of_one_visit_go_in_the_order_of_what_happened(cast: Cast, phone: Contact, gateway: Gateway):
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now + SECOND)
    make_messages(cast.now)

    send_texts(cast.now)

    states = [re.search(r"(booked again|booked|cancelled)\.", body) for body in gateway.bodies]
    assert [state and state[1] for state in states] == ["booked", "cancelled", "booked again"]


def test_a_text_that_waits_holds_back_the_later_ones_of_its_visit_and_no_mail(
    cast: Cast, mailbox: Mailbox, gateway: Gateway
):
    give_phone(cast)
    visit, other = cast.book(), cast.book(days=2)
    cancel(cast, visit)
    make_messages(cast.now)
    gateway.at_text = lambda form: Answer(500) if "Wed 10 Mar" in form["Body"] else None

    send_texts(cast.now)
    send_all(cast.now)

    texts = Message.objects.filter(channel="sms").order_by("appointment_id", "event_version")
    assert list(texts.values_list("appointment_id", "kind", "state")) == [
        (visit.pk, "booked", "queued"), (visit.pk, "cancelled", "queued"), (other.pk, "booked", "sent"),
    ]  # fmt: skip
    assert len(mailbox.mails) == 3

    gateway.at_text = lambda _form: None
    send_texts(cast.now + MINUTE)
    assert [" cancelled." in body for body in gateway.bodies] == [False, False, True]


@pytest.mark.parametrize(
    ("code", "error", "noted"),
    [
        (21610, "refused_21610", {"consented_at": None}),
        (21614, "refused_21614", {"can_receive_texts": False}),
        (21635, "refused_21635", {"can_receive_texts": False}),
        (30006, "refused_30006", {"can_receive_texts": False}),
        (21211, "refused_21211", {"failed_at": "now"}),
        (30005, "refused_30005", {"failed_at": "now"}),
        (30003, "refused_30003", {}),
        (30007, "refused_30007", {}),
        (99999, "refused_99999", {}),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_a_refusal_ends_the_text_and_is_noted_at_the_contact(
    cast: Cast, phone: Contact, gateway: Gateway, code: int, error: str, noted: dict[str, Any], inside: bool
):
    cast.book()
    make_messages(cast.now)
    failed = taken("SM1", status="failed", error_code=code)
    gateway.at_text = lambda _form: failed if inside else refusal(code)

    send_texts(cast.now)

    assert state_of_text() == ("undeliverable", error)
    columns = ("consented_at", "can_receive_texts", "failed_at")
    expected = {"consented_at": phone.consented_at, "can_receive_texts": True, "failed_at": None}
    expected |= {name: cast.now if value == "now" else value for name, value in noted.items()}
    assert Contact.objects.values(*columns).get() == expected


def test_who_has_opted_out_gets_no_further_text_not_even_one_that_was_queued(
    cast: Cast, phone: Contact, gateway: Gateway
):
    visit = cast.book()
    cancel(cast, visit)
    make_messages(cast.now)
    gateway.at_text = lambda _form: refusal(21610)

    send_texts(cast.now)
    undo(cast, visit, at=cast.now + SECOND)
    make_messages(cast.now)
    send_texts(cast.now + MINUTE)

    assert len(gateway.paths) == 1
    texts = Message.objects.filter(channel="sms").order_by("event_version")
    assert list(texts.values_list("state", "last_error")) == [
        ("undeliverable", "refused_21610"), ("undeliverable", "no_consent"), ("undeliverable", "no_consent"),
    ]  # fmt: skip


def test_a_contact_that_was_deleted_gets_nothing(cast: Cast, phone: Contact, gateway: Gateway):
    cast.book()
    make_messages(cast.now)
    phone.delete()

    send_texts(cast.now)

    assert gateway.paths == []
    assert state_of_text() == ("undeliverable", "no_consent")


@pytest.mark.parametrize(
    ("value", "to"), [("(212) 555-0199", "+12125550199"), ("+49 30 901820", "+4930901820"), ("0049 30 1", None)]
)
def test_a_number_is_sent_in_its_international_form(
    cast: Cast, phone: Contact, gateway: Gateway, value: str, to: str | None
):
    Contact.objects.update(value=value)
    cast.book()
    make_messages(cast.now)

    send_texts(cast.now)

    assert [text["To"] for text in gateway.texts] == ([to] if to else [])
    assert state_of_text() == (("sent", "") if to else ("undeliverable", "bad_address"))
    assert Contact.objects.get().failed_at == (None if to else cast.now)


def test_a_text_that_waits_when_the_gateway_is_taken_away_ends(cast: Cast, phone: Contact, settings: Any):
    settings.SMS_GATEWAY = object()
    cast.book()
    make_messages(cast.now)
    settings.SMS_GATEWAY = None

    send_texts(cast.now)

    assert state_of_text() == ("undeliverable", "no_gateway")


def test_what_a_killed_worker_had_in_hand_is_sent_after_its_lease(cast: Cast, phone: Contact, gateway: Gateway):
    cast.book()
    make_messages(cast.now)
    Message.objects.update(claimed_until=cast.now + LEASE, attempts=1)

    send_texts(cast.now + LEASE - SECOND)
    assert gateway.texts == []
    send_texts(cast.now + LEASE)
    assert len(gateway.texts) == 1


def test_a_gateway_that_is_down_for_an_hour_holds_back_no_mail_and_gets_every_text_after(
    cast: Cast, mailbox: Mailbox, settings: Any
):
    give_phone(cast)
    port = free_port()
    with gateway_server(settings, Gateway(), port):
        pass
    visit = cast.book()
    cancel(cast, visit)
    cast.book(days=2)
    make_messages(cast.now)
    now, tries = cast.now, 0
    while now < cast.now + HOUR:
        tries += send_due_texts(now=now)
        send_all(now)
        now = Message.objects.in_turn().filter(channel="sms", done_at=None).order_by("due_at")[0].due_at

    assert len(mailbox.mails) == 3
    assert list(Message.objects.filter(channel="email").values_list("sent_at", flat=True)) == [cast.now] * 3
    errors = Message.objects.filter(channel="sms").exclude(last_error="").values_list("last_error", flat=True)
    assert set(errors) <= {"server_connection_refused", "server_away"}
    assert tries < 120

    gateway = Gateway()
    with gateway_server(settings, gateway, port):
        send_texts(now)
    assert now <= cast.now + HOUR + 2 * MINUTE
    assert len(gateway.texts) == 3


def test_a_mail_server_that_is_away_holds_back_no_text(cast: Cast, gateway: Gateway, settings: Any):
    give_phone(cast)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    cast.book()
    make_messages(cast.now)

    send_all(cast.now)
    send_texts(cast.now)

    assert dict(Message.objects.values_list("channel", "state")) == {"email": "queued", "sms": "sent"}
