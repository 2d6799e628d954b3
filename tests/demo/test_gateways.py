"""The mail sink and the text gateway speak the real protocols, and what they take stands in the outbox."""

import base64
import json
import smtplib
import threading
import time
import urllib.error
import urllib.request
from dataclasses import replace
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from freeslot.demo.mail_sink import links_in, start_mail_sink
from freeslot.demo.outbox import Attachment, received
from freeslot.demo.text_gateway import ACCOUNT, TextGateway
from freeslot.messages.signatures import signature_of

pytestmark = pytest.mark.sqlite

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def sink(tmp_path):
    sink = start_mail_sink(tmp_path)
    yield sink
    sink.stop()


@pytest.fixture
def gateway(tmp_path):
    gateway = TextGateway(tmp_path, token="the-token")
    gateway.start()
    yield gateway
    gateway.stop()


def mail():
    letter = EmailMessage()
    letter["Subject"] = "Your visit is cancelled – Müller"
    letter["From"], letter["To"] = "visits@freeslot.example", "maria@example.org"
    letter.set_content("See http://localhost:8000/appointments/FS-1/.\n")
    letter.add_alternative('<p><a href="http://localhost:8000/x?a=1&amp;b=2">here</a></p>', subtype="html")
    letter.add_attachment(CALENDAR.encode(), maintype="application", subtype="ics", filename="cancel.ics")
    letter.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="receipt.pdf")
    return letter


def test_a_mail_arrives_whole(sink, tmp_path):
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(mail())

    [found] = received(tmp_path)
    assert (found.channel, found.to) == ("email", "maria@example.org")
    assert found.subject == "Your visit is cancelled – Müller"
    assert found.text == "See http://localhost:8000/appointments/FS-1/.\n"
    assert found.links == ["http://localhost:8000/appointments/FS-1/", "http://localhost:8000/x?a=1&b=2"]
    assert base64.b64decode(found.attachments[1].base64) == b"%PDF-1.7"
    assert [replace(each, base64="") for each in found.attachments] == [
        Attachment("cancel.ics", "application/ics", CALENDAR.replace("\r\n", "\n")),
        Attachment("receipt.pdf", "application/pdf", ""),
    ]


def test_each_recipient_has_a_message_and_the_newest_comes_first(sink, tmp_path):
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(mail(), to_addrs=["one@example.org", "two@example.org"])
        client.send_message(mail(), to_addrs=["three@example.org"])

    assert [found.to for found in received(tmp_path)] == ["three@example.org", "two@example.org", "one@example.org"]


def post(address, *, token="the-token", **form: str):
    parts = urlsplit(address)
    proof = base64.b64encode(f"{ACCOUNT}:{token}".encode()).decode()
    url = address.replace(f"{ACCOUNT}:the-token@", "")
    request = urllib.request.Request(url, data=urlencode(form).encode(), headers={"Authorization": f"Basic {proof}"})  # noqa: S310  our own address
    assert (parts.username, parts.password) == (ACCOUNT, "the-token")
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  our own address
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


class Listener:
    """Stands where the product takes reports, and keeps them; answers 503 while it is `away`."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, dict[str, list[str]], str]] = []
        self.away = 0
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                listener.away -= 1
                if listener.away < 0:
                    listener.reports.append((self.path, parse_qs(body), self.headers["X-Twilio-Signature"]))
                self.send_response(204 if listener.away < 0 else 503)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/texts/reports/?message=1"

    def wait_for(self, count: int) -> None:
        ends_at = time.monotonic() + 20
        while len(self.reports) < count and time.monotonic() < ends_at:
            time.sleep(0.02)
        assert len(self.reports) == count


@pytest.fixture
def listener():
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever)
    thread.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()
    thread.join()


def test_each_text_is_reported_as_sent_and_delivered_under_the_tokens_signature(gateway, listener):
    _, answer = post(gateway.address, To="+12125550117", From="+12125550142", Body="Hi", StatusCallback=listener.url)

    listener.wait_for(2)
    assert [fields["MessageStatus"] for _, fields, _ in listener.reports] == [["sent"], ["delivered"]]
    for path, fields, signature in listener.reports:
        assert path == "/texts/reports/?message=1"
        assert fields["MessageSid"] == [answer["sid"]]
        assert signature == signature_of(listener.url, fields, token="the-token")


def test_a_report_is_told_again_until_somebody_listens_and_some_twice(gateway, listener):
    listener.away = 2
    for _ in range(3):
        post(gateway.address, To="+12125550117", From="+12125550142", Body="Hi", StatusCallback=listener.url)

    listener.wait_for(7)
    assert [fields["MessageStatus"][0] for _, fields, _ in listener.reports].count("delivered") == 4


def test_no_other_machine_is_told_anything(gateway):
    url = "https://visits.example.org/texts/reports/"

    assert post(gateway.address, To="+12125550117", From="+12125550142", Body="Hi", StatusCallback=url)[0] == 201


def test_the_gateway_wants_its_token(gateway, tmp_path):
    assert post(gateway.address, token="another", To="+12125550117", From="+1", Body="Hi")[0] == 401
    assert received(tmp_path) == []


def test_a_text_is_queued_and_kept(gateway, tmp_path):
    status, answer = post(
        gateway.address, To="+12125550117", From="+12125550142", Body="Ihr Termin http://localhost/m/x"
    )

    assert (status, answer["status"], answer["to"]) == (201, "queued", "+12125550117")
    [found] = received(tmp_path)
    assert (found.channel, found.to, found.text) == ("sms", "+12125550117", "Ihr Termin http://localhost/m/x")
    assert found.links == ["http://localhost/m/x"]


@pytest.mark.parametrize(("missing", "code"), [("To", 21604), ("Body", 21602), ("From", 21603)])
def test_a_text_that_lacks_something_is_refused_as_the_real_gateway_does(gateway, tmp_path, missing, code):
    form = {"To": "+12125550117", "From": "+12125550142", "Body": "Hello"}
    del form[missing]

    status, answer = post(gateway.address, **form)

    assert (status, answer["code"]) == (400, code)
    assert received(tmp_path) == []


def test_other_addresses_of_the_gateway_do_not_exist(gateway):
    assert post(gateway.address.replace("Messages", "Calls"), To="1")[0] == 404


def test_links_are_found_once_and_without_the_full_stop():
    assert links_in("Go to http://a.example/x. Or (http://a.example/y) http://a.example/x") == [
        "http://a.example/x", "http://a.example/y",
    ]  # fmt: skip
