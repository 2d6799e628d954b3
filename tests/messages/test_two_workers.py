"""Two workers at once: no row twice, no mail twice, no text twice."""

import uuid

import pytest

from freeslot.events.models import Event
from freeslot.messages.models import Message
from freeslot.messages.reactor import react
from freeslot.messages.reports import note_report
from freeslot.messages.sending import send_due_messages, send_due_texts
from tests.messages.gatewayserver import Gateway
from tests.messages.mailserver import Mailbox
from tests.messages.support import cancel, give_phone, make_messages
from tests.support.at_once import at_once
from tests.support.cast import Cast, make_cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
WORKERS = 4


def test_an_event_seen_by_several_workers_makes_its_messages_once():
    cast = make_cast(weeks=2)
    cancel(cast, cast.book())
    events = list(Event.objects.order_by("version"))

    at_once(*[lambda: [react(event, cast.now) for event in events]] * WORKERS)

    assert Message.objects.count() == 2


def test_several_workers_send_each_mail_once_and_in_order(mailbox: Mailbox):
    cast = make_cast(weeks=2)
    _with_visits(cast, 12)

    at_once(*[lambda: [send_due_messages(now=cast.now) for _ in range(8)]] * WORKERS)

    assert len({str(mail["Message-ID"]) for mail in mailbox.mails}) == len(mailbox.mails) == 24
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    order: dict[str, list[str]] = {}
    for mail in mailbox.mails:
        reference = _uid(mail.as_bytes())
        order.setdefault(reference, []).append(str(mail["Subject"]).split(":")[0])
    assert set(map(tuple, order.values())) == {("Visit booked", "Visit cancelled")}


def test_several_workers_send_each_text_once_and_in_order(gateway: Gateway):
    cast = make_cast(weeks=2)
    give_phone(cast)
    _with_visits(cast, 12)

    at_once(*[lambda: [send_due_texts(now=cast.now) for _ in range(8)]] * WORKERS)

    links = [text["StatusCallback"] for text in gateway.texts]
    assert len(set(links)) == len(links) == 24
    texts = Message.objects.filter(channel="sms").order_by("provider_id")
    assert set(texts.values_list("state", flat=True)) == {"sent"}
    kinds: dict[uuid.UUID, list[str]] = {}
    for text in texts:
        kinds.setdefault(text.appointment_id, []).append(text.kind)
    assert set(map(tuple, kinds.values())) == {("booked", "cancelled")}


def test_two_reports_at_once_are_as_good_as_one(gateway: Gateway):
    cast = make_cast(weeks=2)
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    send_due_texts(now=cast.now)
    message = Message.objects.get(channel="sms")
    said = {"MessageSid": "SM0001", "MessageStatus": "delivered"}

    at_once(*[lambda: note_report(said, message_id=str(message.pk), repeat="0", now=cast.now)] * WORKERS)

    assert Message.objects.values_list("state", "delivered_at").get(pk=message.pk) == ("delivered", cast.now)


def _with_visits(cast: Cast, count: int) -> None:
    for _ in range(count):
        cancel(cast, cast.book())
    make_messages(cast.now)


def _uid(content: bytes) -> str:
    return content.split(b"Reference: ")[1][:12].decode()
