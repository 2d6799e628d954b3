"""The words check knows what Freeslot never says."""

from pathlib import Path

import pytest

from tooling.checks import words


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Your visit is cancelled!", "has an exclamation mark"),
        ("¡Cancelada", "has an exclamation mark"),
        ("Cancelled 🎉", "has an emoji"),
        ("Please note that a fee applies", "lectures"),
        ("The system could not cancel", "says «the system» where a practice has a name"),
        ("Click here", "names the hand, not what happens"),
        ("Oops", "plays instead of saying what is so"),
        ("It was removed from your calendar", "claims too much"),
        ("OK", "does not say what the press does"),
        ("Submit", "does not say what the press does"),
        ("Aceptar", "does not say what the press does"),
        ("Reply CANCEL to cancel", "asks for a word that carriers read as a wish to end or begin all messages"),
        ('Text "STOP" to us', "asks for a word that carriers read as a wish to end or begin all messages"),
        ("Responda BAJA", "asks for a word that carriers read as a wish to end or begin all messages"),
    ],
)
def test_what_freeslot_never_says_is_found(text: str, problem: str):
    assert words.problems(text) == [problem]


@pytest.mark.parametrize(
    "text",
    [
        "Your visit is cancelled",
        "Cancel this visit",
        "Calendar update sent; still there?",
        "Confirm your new address",
        "Send a new link",
        "Text the practice before you cancel the visit",
        "We sent the answer to the e-mail address you gave",
        "Reply C 4821",
        "Reply STOP to opt out",
    ],
)
def test_plain_words_pass(text: str):
    assert words.problems(text) == []


def test_both_the_source_and_its_translations_are_read(tmp_path: Path):
    _write(tmp_path / "src/freeslot/pages.py", 'from x import gettext as _\n\nA = _("Done!")\n')
    po = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Submit it"\nmsgstr "Enviar"\n'
    _write(tmp_path / "src/freeslot/locale/es/LC_MESSAGES/django.po", po)

    assert words.check(tmp_path) == [
        "src/freeslot/pages.py:3: 'Done!' has an exclamation mark",
        "es: 'Enviar' does not say what the press does",
    ]


def test_a_shortened_address_is_found_in_any_text(tmp_path: Path):
    _write(tmp_path / "src/freeslot/messages/sms.txt", "{{ day }} bit.ly/abc")

    assert words.check(tmp_path) == [
        "src/freeslot/messages/sms.txt: a shortened address hides where it leads: bit.ly/",
    ]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
