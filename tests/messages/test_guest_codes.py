"""A guest's code on its way by mail and text: what it says, what it hides, and what the page learns of it."""

import logging
import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from freeslot.events.invariants import breaches as event_breaches
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.guests import CodeState, forget_addresses, guest_code_state
from freeslot.messages.invariants import breaches
from freeslot.messages.models import Message
from freeslot.scheduling.models import Checkout, ManageLink
from freeslot.scheduling.operations.checkout import end_lapsed_checkouts
from tests.messages.gatewayserver import Gateway, refusal
from tests.messages.mailserver import Mailbox, free_port
from tests.messages.support import html_text, make_messages, plain_text, send_all, send_texts
from tests.scheduling.guests import ask, begin, code_of, say, use
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PHONE = {"contact_kind": "phone", "contact_value": "(212) 555-0199"}


def asked(cast: Cast, **said: Any) -> Checkout:
    checkout = say(begin(cast), **said)
    assert ask(checkout)
    make_messages(cast.now)
    return checkout


def arrived(mailbox: Mailbox) -> EmailMessage:
    (mail,) = mailbox.mails
    return mail


def test_the_code_arrives_by_mail_and_nothing_else_does(cast: Cast, mailbox: Mailbox):
    checkout = asked(cast)
    send_all(cast.now)
    mail = arrived(mailbox)
    assert (mail["To"], mail["Subject"]) == ("nora@example.org", "Your code to book a visit – Elm Street Practice")
    text = plain_text(mail)
    assert f"Your code: {code_of(checkout)}\nIt is good until 4:15 pm (New York time), once" in text
    assert "to book a visit with Elm Street Practice on Wed 10 March." in text
    assert code_of(checkout) in html_text(mail)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    hidden = ["Nora", "Ng", "Osei", "Check-up", "1990", "/m/", "/appointments/", "FS-"]
    # One code in some thousands has the year of birth in it.
    said = (text + html_text(mail) + mail["Subject"]).replace(code_of(checkout), "")
    assert [word for word in hidden if word in said] == []
    assert ManageLink.objects.count() == 0


def test_the_code_that_arrived_is_the_one_that_is_taken(cast: Cast, mailbox: Mailbox):
    checkout = asked(cast)
    send_all(cast.now)
    (code,) = re.findall(r"\b\d{6}\b", plain_text(arrived(mailbox)))
    assert use(checkout, code)
    assert guest_code_state(checkout.pk, now=cast.now).state == CodeState.VERIFIED


def test_the_code_arrives_by_text(cast: Cast, gateway: Gateway):
    checkout = asked(cast, **PHONE)
    send_texts(cast.now)
    assert [text["To"] for text in gateway.texts] == ["+12125550199"]
    words = "is your code for Elm Street Practice, to book your visit on Wed 10 Mar. Good 15 minutes."
    assert gateway.bodies == [f"{code_of(checkout)} {words} We never ask for it by phone. Reply STOP to opt out"]
    assert len(gateway.bodies[0]) <= 160


def test_a_practice_with_an_alias_is_named_by_it_alone(cast: Cast, mailbox: Mailbox):
    cast.practice.neutral_alias = "Your appointment"
    cast.practice.save()
    asked(cast)
    send_all(cast.now)
    mail = arrived(mailbox)
    assert cast.practice.name not in f"{mail.as_string()} {plain_text(mail)} {html_text(mail)}"
    assert mail["Subject"].endswith("Your appointment")


def test_it_is_written_in_the_guests_language(cast: Cast, mailbox: Mailbox):
    asked(cast, language="es")
    send_all(cast.now)
    assert arrived(mailbox)["Content-Language"] == "es"


def test_one_row_for_each_code_however_often_the_event_is_handled(cast: Cast):
    checkout = asked(cast)
    make_messages(cast.now)
    ask(checkout, at=cast.now + MINUTE)
    make_messages(cast.now + MINUTE)
    rows = Message.objects.values_list("kind", "channel", "address", "appointment_id", "contact_id")
    assert list(rows) == [("checkout_code", "email", "nora@example.org", None, None)] * 2


@pytest.mark.parametrize("change", ["over", "used", "newer", "other contact", "forgotten"])
def test_a_code_that_serves_no_more_is_not_sent(cast: Cast, mailbox: Mailbox, change: str):
    checkout, now = asked(cast), cast.now + MINUTE
    if change == "over":
        now = cast.now + 15 * MINUTE
    elif change == "used":
        use(checkout)
    elif change == "newer":
        ask(checkout, at=now)
    elif change == "other contact":
        say(checkout, contact_value="other@example.org")
    else:
        Checkout.objects.all().delete()
    send_all(now)
    assert mailbox.mails == []
    assert Message.objects.values_list("state", "last_error").get() == ("undeliverable", "code_over")


def test_a_mail_server_that_is_away_gets_the_code_when_it_is_back(cast: Cast, settings: Any):
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    checkout = asked(cast)
    send_all(cast.now)
    message = Message.objects.get()
    assert (message.state, message.last_error.startswith("server_")) == ("queued", True)
    assert guest_code_state(checkout.pk, now=cast.now).state == CodeState.ASKED


def test_a_number_that_takes_no_texts_is_a_state_the_page_can_show(cast: Cast, gateway: Gateway):
    gateway.at_text = lambda _form: refusal(21614)
    checkout = asked(cast, **PHONE)
    send_texts(cast.now)
    state = guest_code_state(checkout.pk, now=cast.now)
    assert (state.state, state.to, state.channel) == (CodeState.NO_TEXTS, "•••• 0199", "sms")


def test_without_a_gateway_no_text_is_promised(cast: Cast, settings: Any):
    settings.SMS_GATEWAY = None
    checkout = asked(cast, **PHONE)
    assert guest_code_state(checkout.pk, now=cast.now).state == CodeState.NO_TEXTS


def test_the_state_says_where_it_went_masked_and_until_when_it_is_good(cast: Cast):
    checkout = say(begin(cast))
    assert guest_code_state(checkout.pk, now=cast.now).state == CodeState.NOT_ASKED
    ask(checkout)
    make_messages(cast.now)
    state = guest_code_state(checkout.pk, now=cast.now)
    assert (state.state, state.to, state.channel) == (CodeState.ASKED, "n•••@example.org", "email")
    assert (state.until, state.again_at) == (cast.now + 15 * MINUTE, cast.now + MINUTE)
    assert guest_code_state(checkout.pk, now=cast.now + 15 * MINUTE).state == CodeState.OVER


def test_the_state_does_not_tell_whether_somebody_else_books_with_the_contact(cast: Cast, mailbox: Mailbox):
    first, second = say(begin(cast)), say(begin(cast, source="two"))
    assert [ask(first), ask(second)] == [True, False]
    make_messages(cast.now)
    send_all(cast.now)
    states = [guest_code_state(each.pk, now=cast.now) for each in (first, second)]
    assert states[0] == states[1]
    assert len(mailbox.mails) == 1


def test_where_a_code_went_is_forgotten_a_day_later(cast: Cast, mailbox: Mailbox):
    asked(cast)
    send_all(cast.now)
    later = cast.now + timedelta(days=1)
    assert (forget_addresses(now=later - MINUTE), forget_addresses(now=later), forget_addresses(now=later)) == (0, 1, 0)
    end_lapsed_checkouts(now=later)
    assert "nora" not in str(list(Message.objects.values()) + list(Event.objects.values()))
    assert list(breaches(now=later + timedelta(days=9))) == []


def test_the_doctor_finds_an_address_that_should_be_forgotten(cast: Cast, mailbox: Mailbox):
    asked(cast)
    send_all(cast.now)
    assert list(breaches(now=cast.now + timedelta(days=1))) == []
    (breach,) = breaches(now=cast.now + timedelta(days=3))
    assert "still names where it went" in breach
    assert "nora" not in breach


def test_a_checkout_that_is_gone_leaves_a_row_all_the_same(cast: Cast):
    ask(say(begin(cast)))
    Checkout.objects.all().delete()
    make_messages(cast.now)
    assert Message.objects.values_list("channel", "state").get() == ("none", "undeliverable")


def test_the_outbox_hands_the_code_on_and_no_receipt_is_made(cast: Cast):
    ask(say(begin(cast)))
    assert handle_due_events(now=cast.now) == 1
    assert Message.objects.get().kind == "checkout_code"
    assert [*breaches(now=cast.now), *event_breaches(now=cast.now)] == []


def test_logs_hold_no_name_contact_or_code(cast: Cast, gateway: Gateway, caplog: Any):
    gateway.at_text = lambda _form: refusal(21614)
    with caplog.at_level(logging.DEBUG):
        checkout = asked(cast, **PHONE)
        use(checkout, "123456")
        send_texts(cast.now)
        use(checkout)
    text = caplog.text
    assert [word for word in ("Nora", "5550199", code_of(checkout), "1990-05-04") if word in text] == []
