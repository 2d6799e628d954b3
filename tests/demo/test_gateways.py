"""The mail sink and the text gateway speak the real protocols, and what they take stands in the outbox."""

import json
import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage
from urllib.parse import urlencode

import pytest

from freeslot.demo.mail_sink import links_in, start_mail_sink
from freeslot.demo.outbox import Attachment, received
from freeslot.demo.text_gateway import TextGateway

CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def sink(tmp_path):
    sink = start_mail_sink(tmp_path)
    yield sink
    sink.stop()


@pytest.fixture
def gateway(tmp_path):
    gateway = TextGateway(tmp_path)
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
    assert found.attachments == [
        Attachment("cancel.ics", "application/ics", CALENDAR.replace("\r\n", "\n")),
        Attachment("receipt.pdf", "application/pdf", ""),
    ]


def test_each_recipient_has_a_message_and_the_newest_comes_first(sink, tmp_path):
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        client.send_message(mail(), to_addrs=["one@example.org", "two@example.org"])
        client.send_message(mail(), to_addrs=["three@example.org"])

    assert [found.to for found in received(tmp_path)] == ["three@example.org", "two@example.org", "one@example.org"]


def post(address, **form: str):
    request = urllib.request.Request(address, data=urlencode(form).encode())  # noqa: S310  our own address - our own address
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310  our own address
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


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
