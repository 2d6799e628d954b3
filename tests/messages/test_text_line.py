"""The line to the gateway in all its faults: what waits, what is tried again, and how often."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from freeslot.messages import gateway as line
from freeslot.messages.models import GIVE_UP_AFTER, Message
from freeslot.messages.sending import send_due_texts
from freeslot.messages.settling import WAIT_AFTER_SLOW_ANSWER
from tests.messages.gatewayserver import Answer, Gateway, refusal, taken, use_gateway
from tests.messages.mailserver import free_port
from tests.messages.support import give_phone, make_messages, next_try, send_texts, state_and_error
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """Reached by texts alone."""
    cast.patient.contacts.all().delete()
    give_phone(cast)
    return cast


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "SECONDS_FOR_ONE", 1.5)


def one_text(cast: Cast) -> None:
    cast.book()
    make_messages(cast.now)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500), "refused_500"),
        (refusal(20500, status=500), "refused_20500"),
        (Answer(400, b"<html>"), "refused_400"),
        (Answer(418, b"[]"), "refused_418"),
        (taken("SM1", status="failed"), "refused_failed"),
        (taken("SM1", status="undelivered", error_code="30008"), "refused_30008"),
        (refusal(30001), "refused_30001"),
        (Answer(429), "server_429"),
        (refusal(20429, status=429), "server_refused_20429"),
        (Answer(503), "server_503"),
        (Answer(401), "server_401"),
        (refusal(20003, status=401), "server_refused_20003"),
        (Answer(404, b"not here"), "server_404"),
        (refusal(21606), "server_refused_21606"),
        (Answer(302, location="http://127.0.0.1:9/elsewhere"), "server_302"),
        (Answer(307, location="/elsewhere"), "server_307"),
        (Answer(503, b"x" * 100_000), "server_503"),
    ],
)
def test_what_is_refused_for_now_is_tried_again(cast: Cast, gateway: Gateway, answer: Answer, error: str):
    one_text(cast)
    gateway.at_text = lambda _form: answer

    send_texts(cast.now)
    assert state_and_error() == ("queued", error)
    assert len(gateway.paths) == 1

    gateway.at_text = lambda _form: None
    send_texts(cast.now + SECOND)
    assert len(gateway.paths) == 1
    send_texts(cast.now + 2 * SECOND)
    assert state_and_error() == ("sent", "")
    assert gateway.paths[0] == gateway.paths[1]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("drop", "answer_dropped"),
        (Answer(201, b"{garbage"), "answer_unreadable"),
        (Answer(200, b"[1]"), "answer_unreadable"),
        (Answer(201, b'{"status": "queued"}'), "answer_unreadable"),
        (Answer(201, b'{"sid": "SM1", "x": "' + b"x" * 100_000 + b'"}'), "answer_unreadable"),
        (Answer(204), "answer_unreadable"),
    ],
)
def test_where_the_answer_is_lost_the_text_is_repeated_twice_far_apart(
    cast: Cast, gateway: Gateway, answer: Answer | str, error: str
):
    one_text(cast)
    gateway.at_text = lambda _form: answer
    tries = []
    for _ in range(3):
        now = next_try() if tries else cast.now
        tries.append(now - cast.now)
        send_due_texts(now=now)

    assert state_and_error() == ("failed", error)
    assert tries == [timedelta(), 10 * MINUTE, 70 * MINUTE]
    assert len(gateway.texts) == 3


def test_a_refusal_whose_words_are_lost_counts_by_its_status(cast: Cast, gateway: Gateway, quick: None):
    one_text(cast)
    gateway.at_text = lambda _form: Answer(500, b"x" * 50, drip=0.05)

    send_due_texts(now=cast.now)

    assert state_and_error() == ("queued", "refused_500")


@pytest.mark.parametrize("drip", [0.0, 0.05])
def test_a_slow_gateway_is_left_in_time_and_the_others_wait(cast: Cast, gateway: Gateway, quick: None, drip: float):
    one_text(cast)
    one_text(cast)
    if drip:
        gateway.at_text = lambda _form: Answer(201, b'{"sid": "SM1"} ' + b" " * 50, drip=drip)
    else:
        gateway.slowness = 4.0

    assert send_due_texts(now=cast.now) == 1

    first, second = Message.objects.order_by("due_at")
    assert (second.last_error, second.due_at) == ("answer_timed_out", cast.now + 10 * MINUTE)
    assert (first.last_error, first.due_at) == ("server_away", cast.now + WAIT_AFTER_SLOW_ANSWER)


def test_without_a_line_one_try_stands_for_all(cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture):
    use_gateway(settings, free_port())
    for _ in range(5):
        cast.book()
    make_messages(cast.now)

    with caplog.at_level(logging.WARNING):
        assert send_due_texts(now=cast.now) == 1
        assert send_due_texts(now=cast.now) == 0

    assert [record.getMessage() for record in caplog.records] == [
        "A message of kind booked waits: server_connection_refused"
    ]


def test_an_unknown_host_waits_under_its_name(cast: Cast, settings: Any):
    use_gateway(settings, 443, host="no-such-host.invalid")
    one_text(cast)

    send_due_texts(now=cast.now)

    assert state_and_error() == ("queued", "server_host_unknown")


def test_a_gateway_without_the_tls_we_ask_for_gets_nothing(cast: Cast, gateway: Gateway, settings: Any):
    use_gateway(settings, settings.SMS_GATEWAY.port, tls=True)
    one_text(cast)

    send_due_texts(now=cast.now)

    assert state_and_error() == ("queued", "server_tls_failed")
    assert gateway.texts == []


def test_a_gateway_that_never_speaks_is_left_in_time(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(line, "SECONDS_TO_CONNECT", 0.3)
    with _silent() as port:
        use_gateway(settings, port, tls=True)
        one_text(cast)
        send_due_texts(now=cast.now)

    assert state_and_error() == ("queued", "server_timed_out")


def test_the_first_text_that_gets_through_lets_the_others_go(cast: Cast, gateway: Gateway):
    gateway.at_text = lambda _form: Answer(503)
    for _ in range(3):
        cast.book()
    make_messages(cast.now)
    send_due_texts(now=cast.now)
    Message.objects.filter(attempts=0).update(due_at=cast.now + 60 * MINUTE)
    gateway.at_text = lambda _form: None

    send_texts(cast.now + 2 * SECOND)

    assert len(gateway.texts) == 3


def test_a_text_that_nobody_takes_for_days_is_given_up(cast: Cast, gateway: Gateway):
    one_text(cast)
    gateway.at_text = lambda _form: Answer(503)

    send_due_texts(now=cast.now + GIVE_UP_AFTER)

    assert state_and_error() == ("failed", "server_503")


def test_the_log_names_no_number_and_no_word(cast: Cast, gateway: Gateway, caplog: pytest.LogCaptureFixture):
    one_text(cast)
    gateway.at_text = lambda _form: refusal(21211)

    with caplog.at_level(logging.DEBUG):
        send_due_texts(now=cast.now)

    assert "2125550199" not in caplog.text
    assert "Elm Street" not in caplog.text
    assert "the-token" not in caplog.text


@contextmanager
def _silent() -> Iterator[int]:
    """Takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        peers: list[socket.socket] = []
        thread = threading.Thread(target=lambda: peers.append(listener.accept()[0]))
        thread.start()
        yield listener.getsockname()[1]
        thread.join()
        for peer in peers:
            peer.close()
