"""The Spanish texts keep to the terms at the top of their file: one word for one thing, and «usted»."""

import re

import pytest

from tests.docs.documents import ROOT
from tooling.checks.translations import forms_of
from tooling.translations import read_translations

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]")
TERMS = {
    r"\bvisits?\b": r"cita",
    r"\bpractices?\b": r"consultorio",
    r"\breceipts?\b": r"comprobante",
    r"\bfee\b": r"cargo|cobra",
    r"\brules\b": r"reglas",
    r"\bcancel": r"cancel|cancél|sin cargo",
    r"\bundo\b": r"deshac|deshiz",
    r"\breason": r"motivo",
    r"\bhealth plan\b": r"plan de salud",
    r"\bpress": r"presion",
    r"\bsign in\b": r"inici\w+ (?:de )?sesión",
}


def spanish_texts() -> list[tuple[str, str]]:
    catalogue = read_translations(ROOT)["es"]
    return [
        (text, translation)
        for message in catalogue
        if message.id
        for text, translation in zip(forms_of(message.id), forms_of(message.string), strict=True)
    ]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_has_one_word_in_spanish(term):
    others = [
        (text, translation)
        for text, translation in spanish_texts()
        if re.search(term, PLACEHOLDER.sub("", text), re.IGNORECASE)
        and not re.search(TERMS[term], translation, re.IGNORECASE)
    ]

    assert others == []


def test_readers_are_called_usted():
    familiar = re.compile(r"\b(?:tú|tus?|te|ti|contigo|puedes|tienes|quieres|vosotros|vuestr\w+|os)\b", re.IGNORECASE)

    assert [translation for _, translation in spanish_texts() if familiar.search(translation)] == []


def test_a_visit_is_never_called_visita():
    assert [translation for _, translation in spanish_texts() if re.search(r"\bvisitas?\b", translation)] == []


def test_no_clock_time_has_an_article_that_one_o_clock_would_belie():
    assert [translation for _, translation in spanish_texts() if re.search(r"\blas? %\(\w+\)s", translation)] == []
