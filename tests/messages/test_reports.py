"""What the gateway reports of a text: signed, in any order, late, and more than once."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from freeslot.messages.delivery import Again, deliveries_of, send_again
from freeslot.messages.models import Message
from freeslot.messages.sending import send_due_texts
from freeslot.messages.signatures import is_signed, signature_of
from freeslot.patients.models import Contact
from freeslot.practices.words import place_of
from tests.messages.gatewayserver import TOKEN, Gateway
from tests.messages.support import give_phone, make_messages, send_texts
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
BASE = "https://visits.example.org"


@pytest.fixture
def text(cast: Cast, gateway: Gateway) -> Message:
    """One that the gateway has taken."""
    cast.patient.contacts.all().delete()
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    send_texts(cast.now)
    return Message.objects.get()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> Any:
    class Clock:
        now: datetime = cast.now + MINUTE

    monkeypatch.setattr("freeslot.messages.views.timezone.now", lambda: Clock.now)
    return Clock


def report(path: str, status: str, *, sid: str = "SM0001", token: str = TOKEN, base: str = BASE, **more: str) -> int:
    """Posts it as the gateway does; the answer's status."""
    fields = {"MessageSid": sid, "MessageStatus": status, "To": "+12125550199", "AccountSid": "AC0123", **more}
    signature = signature_of(base + path, {name: [value] for name, value in fields.items()}, token=token)
    return post(path, urlencode(fields).encode(), signature)


def post(path: str, body: bytes, signature: str) -> int:
    answer = Client(enforce_csrf_checks=True).post(
        path, body, content_type="application/x-www-form-urlencoded", headers={"X-Twilio-Signature": signature}
    )
    return answer.status_code


def path_of(gateway: Gateway) -> str:
    return gateway.texts[-1]["StatusCallback"].removeprefix(BASE)


def state_of(message: Message) -> tuple[str, datetime | None, datetime | None]:
    return Message.objects.values_list("state", "sent_at", "delivered_at").get(pk=message.pk)


def test_a_delivered_text_is_shown_as_delivered_with_its_time(cast: Cast, text: Message, gateway: Gateway, clock: Any):
    clock.now = cast.now + 12 * MINUTE

    assert report(path_of(gateway), "delivered") == 204

    assert state_of(text) == ("delivered", cast.now, clock.now)
    (delivery,) = deliveries_of(text.appointment_id, place=place_of(cast.practice, language="en", now=clock.now))
    assert (delivery.what, delivery.state, delivery.words) == ("Text to •••• 0199", "delivered", "delivered 4:12 pm")


def test_a_report_finds_its_text_by_the_gateways_number_too(cast: Cast, text: Message, clock: Any):
    assert report("/texts/reports/", "delivered") == 204

    assert state_of(text) == ("delivered", cast.now, clock.now)


@pytest.mark.parametrize(
    ("reports", "state"),
    [
        (["queued", "sending", "sent"], "sent"),
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "delivered"], "delivered"),
        (["delivered", "failed"], "delivered"),
        (["delivered", "undelivered", "sent"], "delivered"),
        (["undelivered", "undelivered"], "undeliverable"),
        (["failed", "sent"], "undeliverable"),
        (["undelivered", "delivered"], "delivered"),
        (["canceled"], "undeliverable"),
        (["read"], "delivered"),
        (["something new"], "sent"),
    ],
)
def test_reports_may_come_twice_late_and_in_any_order(
    cast: Cast, text: Message, gateway: Gateway, clock: Any, reports: list[str], state: str
):
    for each in reports:
        assert report(path_of(gateway), each) == 204
        clock.now += MINUTE

    assert state_of(text)[:2] == (state, cast.now)
    assert Message.objects.get().done_at == cast.now


def test_the_first_time_of_delivery_stays(cast: Cast, text: Message, gateway: Gateway, clock: Any):
    first = clock.now
    report(path_of(gateway), "delivered")
    clock.now += MINUTE
    report(path_of(gateway), "delivered")

    assert state_of(text) == ("delivered", cast.now, first)


@pytest.mark.parametrize("path", ["/texts/reports/", f"/texts/reports/?message={uuid.UUID(int=7)}&repeat=0"])
def test_a_report_of_an_unknown_text_changes_nothing(text: Message, path: str):
    before = Message.objects.values().get()

    assert report(path, "delivered", sid="SM9999") == 204
    assert report("/texts/reports/", "delivered", sid="") == 204

    assert Message.objects.values().get() == before


@pytest.mark.parametrize(
    ("code", "noted"),
    [
        ("21610", {"consented_at": None}),
        ("30006", {"can_receive_texts": False}),
        ("30005", {"failed_at": "now"}),
        ("30003", {}),
        ("", {}),
        ("x", {}),
    ],
)
def test_what_a_report_says_of_the_number_is_noted_at_the_contact(
    cast: Cast, text: Message, gateway: Gateway, clock: Any, code: str, noted: dict[str, Any]
):
    columns = ("consented_at", "can_receive_texts", "failed_at")
    before = Contact.objects.values(*columns).get()

    assert report(path_of(gateway), "undelivered", ErrorCode=code) == 204

    expected = {name: clock.now if value == "now" else value for name, value in noted.items()}
    assert Contact.objects.values(*columns).get() == before | expected
    assert Message.objects.get().last_error == f"reported_{code if code.isdigit() else 'undeliverable'}"


def test_a_text_whose_answer_was_lost_is_known_by_its_report_and_not_repeated(cast: Cast, gateway: Gateway, clock: Any):
    cast.patient.contacts.all().delete()
    give_phone(cast)
    cast.book()
    make_messages(cast.now)
    gateway.at_text = lambda _form: "drop"
    send_due_texts(now=cast.now)

    assert report(path_of(gateway), "delivered", sid="SM77") == 204
    send_texts(cast.now + 60 * MINUTE)

    message = Message.objects.get()
    assert (message.state, message.provider_id, message.sent_at) == ("delivered", "SM77", clock.now)
    assert len(gateway.texts) == 1


def test_a_report_that_comes_before_the_answer_is_kept(cast: Cast, gateway: Gateway, clock: Any):
    cast.patient.contacts.all().delete()
    give_phone(cast)
    cast.book()
    (message,) = make_messages(cast.now)

    report(f"/texts/reports/?message={message.pk}&repeat=0", "delivered", sid="SM0001")
    message.end(Message.State.SENT, cast.now + MINUTE, provider_id="SM0001")

    assert state_of(message) == ("delivered", clock.now, clock.now)


def test_a_late_report_of_the_first_sending_says_nothing_of_the_second(
    cast: Cast, text: Message, gateway: Gateway, clock: Any
):
    first = path_of(gateway)
    again = send_again(message_id=text.pk, appointment_id=text.appointment_id, now=cast.now + MINUTE)
    assert again is Again.QUEUED

    assert report(first, "delivered") == 204
    assert state_of(text)[0] == "queued"

    send_texts(cast.now + MINUTE)
    assert report(path_of(gateway), "delivered", sid="SM0002") == 204
    assert state_of(text)[0] == "delivered"
    assert len(gateway.texts) == 2


def test_a_report_under_a_wrong_signature_is_refused(text: Message, gateway: Gateway):
    path = path_of(gateway)

    assert report(path, "delivered", token="another") == 403
    assert report(path, "delivered", base="http://visits.example.org") == 403
    assert post(path, b"MessageSid=SM0001&MessageStatus=delivered", "") == 403
    assert post(path, b"MessageSid=SM0001&MessageStatus=delivered", "é") == 403
    assert post(path, "MessageStatus=délivré".encode(), "x") == 403
    assert post(path, b"&".join([b"a=b"] * 200), "x") == 403
    assert state_of(text)[0] == "sent"


def test_without_a_gateway_every_report_is_refused(text: Message, gateway: Gateway, settings: Any):
    settings.SMS_GATEWAY = None

    assert report(path_of(gateway), "delivered") == 403


def test_a_report_that_is_too_large_is_refused_unread(text: Message):
    assert post("/texts/reports/", b"a=" + b"x" * 20_000, "x") == 413


def test_a_report_is_posted(text: Message):
    answer = Client().get("/texts/reports/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_reports_are_taken_during_maintenance(text: Message, gateway: Gateway, settings: Any):
    settings.MAINTENANCE = True

    assert report(path_of(gateway), "delivered") == 204


def test_the_signature_is_the_documented_one():
    """The example of Twilio's own documentation, with a parameter given twice and out of order beside it."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+12349013030"],
        "Digits": ["1234"],
        "From": ["+12349013030"],
        "To": ["+18005551212"],
    }
    right = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="

    assert signature_of(url, fields, token="12345") == right
    assert is_signed(url, fields, token="12345", signature=right)
    assert not is_signed(url, fields, token="12346", signature=right)
    assert signature_of(url, {"a": ["2", "1", "2"]}, token="t") == signature_of(url, {"a": ["1", "2"]}, token="t")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("https://visits.example:443/x?a=b", "https://visits.example/x?a=b"),
        ("https://visits.example/x", "https://visits.example:443/x"),
        ("http://localhost/x", "http://localhost:8000/x"),
    ],
)
def test_the_port_may_be_named_or_left_out(said: str, meant: str):
    assert is_signed(meant, {}, token="t", signature=signature_of(said, {}, token="t"))
