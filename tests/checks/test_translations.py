"""Texts are found in Python and in templates, compared with the translations, and compiled."""

import gettext
from pathlib import Path

import pytest

from tooling import translations
from tooling.checks.translations import check

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext

A = _("Your visit is booked")
B = ngettext("%(count)s visit", "%(count)s visits", 2)
C = pgettext("month", "May")
"""
TEMPLATE = """{% load i18n %}
    <p>{% translate "Keep it as it is" %}
  {% blocktranslate trimmed with day=visit.day %}
      until {{ day }},
      it's free
  {% endblocktranslate %}</p>
"""
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
WHOLE = (
    HEAD
    + """
msgid "Your visit is booked"
msgstr "Su cita está reservada"

msgid "%(count)s visit"
msgid_plural "%(count)s visits"
msgstr[0] "una cita"
msgstr[1] "%(count)s citas"

msgctxt "month"
msgid "May"
msgstr "mayo"

msgid "Keep it as it is"
msgstr "Dejarla como está"

msgid "until %(day)s, it's free"
msgstr "hasta el %(day)s es gratis"
"""
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    _write(tmp_path / "src/freeslot/visits/words.py", PYTHON)
    _write(tmp_path / "src/freeslot/visits/templates/visits/one.html", TEMPLATE)
    return tmp_path


def test_texts_are_found_in_python_and_in_templates(checkout: Path):
    found = {(message.id, message.context) for message in translations.marked_texts(checkout) if message.id}

    assert found == {
        ("Your visit is booked", None),
        (("%(count)s visit", "%(count)s visits"), None),
        ("May", "month"),
        ("Keep it as it is", None),
        ("until %(day)s, it's free", None),
    }


def test_a_whole_translation_passes(checkout: Path):
    _write_po(checkout, WHOLE)

    assert check(checkout) == []


@pytest.mark.parametrize(
    ("instead_of", "there_is", "finding"),
    [
        ('msgstr "mayo"', 'msgstr ""', "src/freeslot/visits/words.py:6: es: 'May' is not translated"),
        (
            'msgctxt "month"\nmsgid "May"\nmsgstr "mayo"',
            "",
            "src/freeslot/visits/words.py:6: es: 'May' is missing: run script/translate",
        ),
        (
            'msgid "Your visit is booked"',
            '#, fuzzy\nmsgid "Your visit is booked"',
            "src/freeslot/visits/words.py:4: es: 'Your visit is booked' is marked fuzzy",
        ),
        (
            "hasta el %(day)s",
            "hasta el %(date)s",
            'src/freeslot/visits/templates/visits/one.html:3: es: "until %(day)s, it\'s free" has other placeholders',
        ),
        (
            "una cita",
            "una cita %(place)s",
            "src/freeslot/visits/words.py:5: es: '%(count)s visit' has placeholders of its own",
        ),
    ],
)
def test_each_gap_is_named(checkout: Path, instead_of: str, there_is: str, finding: str):
    _write_po(checkout, WHOLE.replace(instead_of, there_is))

    assert check(checkout) == [finding]


def test_a_translation_of_a_text_that_is_gone_is_named(checkout: Path):
    _write_po(checkout, WHOLE + '\nmsgid "Gone"\nmsgstr "Ido"\n')

    assert check(checkout) == ["es: 'Gone' is used nowhere: run script/translate"]


def test_no_translations_at_all_is_a_finding(checkout: Path):
    assert check(checkout) == ["no translations under src/freeslot/locale"]


def test_update_adds_new_texts_empty_keeps_the_old_and_drops_the_gone(checkout: Path):
    po = _write_po(checkout, WHOLE.replace('msgctxt "month"\nmsgid "May"\nmsgstr "mayo"', 'msgid "Gone"\nmsgstr "Ido"'))

    assert translations.update_translations(checkout) == [po]

    assert check(checkout) == ["src/freeslot/visits/words.py:6: es: 'May' is not translated"]
    assert "Gone" not in po.read_text(encoding="utf-8")


def test_compiled_translations_are_read_by_gettext_and_made_once(checkout: Path):
    po = _write_po(checkout, WHOLE)

    assert translations.compile_translations(checkout) == [po.with_suffix(".mo")]
    assert translations.compile_translations(checkout) == []

    with po.with_suffix(".mo").open("rb") as file:
        spanish = gettext.GNUTranslations(file)
    assert spanish.gettext("Keep it as it is") == "Dejarla como está"
    assert spanish.ngettext("%(count)s visit", "%(count)s visits", 2) == "%(count)s citas"


def _write_po(checkout: Path, text: str) -> Path:
    path = checkout / "src/freeslot/locale/es/LC_MESSAGES/django.po"
    _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
