"""Every marked text is translated into every language there is: filled, not fuzzy, with the same placeholders."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message

from tooling.translations import marked_texts, read_translations

_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def check(root: Path) -> list[str]:
    marked = marked_texts(root)
    translations = read_translations(root)
    if not translations:
        return ["no translations under src/freeslot/locale"]
    return [finding for language, own in translations.items() for finding in differences(language, marked, own)]


def differences(language: str, marked: Catalog, own: Catalog) -> Iterator[str]:
    for message in marked:
        if message.id:
            found = own.get(message.id, message.context)
            problem = _problem(message, found) if found else "is missing: run script/translate"
            if problem:
                yield f"{place_of(message)}: {language}: {_name(message)!r} {problem}"
    for message in own:
        if message.id and not marked.get(message.id, message.context):
            yield f"{language}: {_name(message)!r} is used nowhere: run script/translate"


def _problem(message: Message, found: Message) -> str | None:
    ids, forms = forms_of(message.id), forms_of(found.string)
    if not all(forms):
        return "is not translated"
    if found.fuzzy:
        return "is marked fuzzy"
    # «One visit» may leave the number out, the form for many may not; and no form may ask for more than there is.
    if _placeholders(forms[-1]) != _placeholders(ids[-1]):
        return "has other placeholders"
    if any(_placeholders(form) - _placeholders(*ids) for form in forms):
        return "has placeholders of its own"
    return None


def forms_of(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """A text's forms: one, or one for each plural."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _placeholders(*texts: str) -> frozenset[str]:
    return frozenset(found for text in texts for found in _PLACEHOLDER.findall(text))


def _name(message: Message) -> str:
    return forms_of(message.id)[0]


def place_of(message: Message) -> str:
    return "{}:{}".format(*message.locations[0]) if message.locations else "?"
