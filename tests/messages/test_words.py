"""What the messages say, in each language and channel, and what they must never say."""

import re
from html.parser import HTMLParser

import pytest
from django.utils.translation import override

from freeslot.messages.kinds import MessageKind
from freeslot.messages.models import Message
from freeslot.messages.rendering import push_of, sms_of
from freeslot.messages.texts import segments
from tests.messages.support import TO_PATIENTS, calendar_text, html_text, letter_of, mail_of, one_of_each, plain_text

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "es"]


class Page(HTMLParser):
    """Every tag and every address of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.names: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "background", "action"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_needs_anything_from_elsewhere(language: str):
    for kind, message in one_of_each(language).items():
        html = html_text(mail_of(message))
        page = Page(html)
        assert not {"script", "img", "link", "iframe", "form", "object", "svg", "video"} & set(page.tags), kind
        assert all(each.startswith(("https://visits.example.org/", "tel:+")) for each in page.addresses), kind
        assert not {name for name in page.names if name.startswith("on")}, kind
        assert not re.search(r"url\(|@import", html), kind
        assert f'<html lang="{language}"' in html, kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_every_message_is_filled_in(language: str):
    for kind, message in one_of_each(language).items():
        letter = letter_of(message)
        with override(language):
            title, text = push_of(letter)
        bodies = [plain_text(mail_of(message)), html_text(mail_of(message)), sms_of(letter), title, text]
        for body in bodies:
            assert body.strip(), kind
            assert not re.search(r"\{\{|\{%|%\(|\bNone\b|\{left\}|  +\n|[^.]\.\.(?!\.)", body), kind


@pytest.mark.parametrize("language", LANGUAGES)
def test_subjects_name_no_person_and_no_reason_for_the_visit(language: str):
    for message in one_of_each(language).values():
        subject = str(mail_of(message)["Subject"])
        for word in ("Maria", "Lopez", "Osei", "Check-up", letter_of(message).reference):
            assert word not in subject
        assert subject.endswith("Elm Street Practice")
        assert subject == " ".join(subject.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_visit_type_is_in_no_message(language: str):
    for message in one_of_each(language).values():
        assert "Check-up" not in _everything(message)


@pytest.mark.parametrize("kind", TO_PATIENTS)
def test_a_practice_with_an_alias_is_named_nowhere(kind: MessageKind):
    message = one_of_each(name="Harbor HIV Clinic", alias="Visits 27")[kind]
    mail = mail_of(message)

    everything = _everything(message) + str(mail["Subject"]) + str(mail["From"]) + calendar_text(mail).decode()

    assert "Harbor" not in everything
    assert "HIV" not in everything
    assert "Osei" not in everything
    assert "Visits 27" in str(mail["Subject"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_short_and_ask_for_no_word(language: str):
    for kind, message in one_of_each(language).items():
        text = sms_of(letter_of(message))
        assert segments(text) <= (1 if language == "en" else 2), (kind, text)
        assert "https://visits.example.org/appointments/FS-" in text
        assert not re.search(r"\b(?:reply|responda|STOP|CANCEL|BAJA)\b", text), kind
        assert "Osei" not in text
        assert "Maria" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lock_screen_shows_no_name_and_no_time(language: str):
    for message in one_of_each(language).values():
        title, text = push_of(letter_of(message))
        for word in ("Elm", "Maria", "Osei", "March", "marzo", "FS-"):
            assert word not in title + text


def test_nothing_is_claimed_that_we_cannot_know():
    for message in one_of_each().values():
        body = _everything(message)
        assert "removed from your calendar" not in body
        assert "delivered" not in body
        assert "!" not in plain_text(mail_of(message))


def _everything(message: Message) -> str:
    mail, letter = mail_of(message), letter_of(message)
    return "\n".join([str(mail["Subject"]), plain_text(mail), html_text(mail), sms_of(letter), *push_of(letter)])
