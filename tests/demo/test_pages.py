"""The demo's outbox shows what arrived, and nothing in a mail can act."""

import pytest
from django.test import override_settings

from freeslot.demo.outbox import Attachment, Received, keep

pytestmark = pytest.mark.django_db
HTML = '<p style="color:red">Hello</p><script>alert(1)</script>'
MAIL = Received(
    "20270303T210000000000-000000", "2027-03-03T21:00:00+00:00", "email", "maria@example.org", "Visit <b>booked</b>",
    "Text", HTML, ["http://localhost:8000/"],
    [Attachment("visit.ics", "text/calendar", "BEGIN:VCALENDAR"), Attachment("a.html", "text/html", "", "PHA+aGk=")],
)  # fmt: skip
TEXT = Received("20270303T220000000000-000001", "2027-03-03T22:00:00+00:00", "sms", "+12125550117", "", "Hi", "")


@pytest.fixture
def outbox(settings, tmp_path):
    settings.DATA = tmp_path
    settings.ROOT_URLCONF = "tests.demo.urls"
    keep(tmp_path, MAIL)
    keep(tmp_path, TEXT)


def test_the_list_shows_the_newest_first(client, outbox):
    page = client.get("/demo/outbox/").content.decode()

    assert page.index("Hi") < page.index("Visit &lt;b&gt;booked&lt;/b&gt;")


def test_the_json_has_the_form_that_checks_rely_on(client, outbox):
    newest, oldest = client.get("/demo/outbox.json").json()

    assert newest["channel"] == "sms"
    assert oldest == {
        "id": MAIL.id, "at": MAIL.at, "channel": "email", "to": "maria@example.org", "subject": "Visit <b>booked</b>",
        "text": "Text", "html": HTML, "links": ["http://localhost:8000/"],
        "attachments": [
            {"name": "visit.ics", "type": "text/calendar", "text": "BEGIN:VCALENDAR"},
            {"name": "a.html", "type": "text/html", "text": ""},
        ],
    }  # fmt: skip


def test_a_mail_is_shown_as_text_and_its_html_apart_under_a_policy_of_its_own(client, outbox):
    page = client.get(f"/demo/outbox/{MAIL.id}/")
    html = client.get(f"/demo/outbox/{MAIL.id}/html/")

    assert "<script>alert" not in page.content.decode()
    assert html.content.decode() == HTML
    policy = html.headers["Content-Security-Policy"]
    assert "sandbox " in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_what_is_attached_is_a_file_to_open_in_which_nothing_acts(client, outbox):
    page = client.get(f"/demo/outbox/{MAIL.id}/").content.decode()
    files = [client.get(f"/demo/outbox/{MAIL.id}/{number}/") for number in (1, 2)]

    assert f'href="/demo/outbox/{MAIL.id}/1/"' in page
    assert [(each.headers["Content-Type"], each.content) for each in files] == [
        ("text/calendar", b"BEGIN:VCALENDAR"),
        ("application/octet-stream", b"<p>hi"),
    ]
    assert files[0].headers["Content-Disposition"] == 'attachment; filename="attachment-1.ics"'
    assert all("sandbox" in each.headers["Content-Security-Policy"] for each in files)
    assert client.get(f"/demo/outbox/{MAIL.id}/3/").status_code == 404


@pytest.mark.parametrize("name", ["missing", "..", "20270303T210000000000-000009"])
def test_what_is_not_there_is_not_found(client, outbox, name):
    assert client.get(f"/demo/outbox/{name}/").status_code == 404


def test_nothing_of_the_demo_exists_outside_it(client):
    with override_settings(ROOT_URLCONF="freeslot.config.urls"):
        for path in ("/demo/outbox/", "/demo/outbox.json", "/demo/world.json"):
            assert client.get(path).status_code == 404
