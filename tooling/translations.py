"""Compiles the translations, and brings their files up to date with the texts marked in the source.

Works without GNU gettext: Babel reads and writes the files, Django turns templates into what Babel can read.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = Path("src/freeslot/locale")
_SOURCE = Path("src/freeslot")
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def marked_texts(root: Path) -> Catalog:
    """Every text marked for translation in the product's Python files and templates, with where it stands."""
    catalogue = Catalog(project="Freeslot", charset="utf-8", header_comment="# Texts of Freeslot.")
    for path in _source_files(root / _SOURCE):
        place = str(path.relative_to(root))
        for line, message, comments, context in _texts_in(path):
            catalogue.add(message, locations=[(place, line)], auto_comments=comments, context=context)
    return catalogue


def _source_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".py" or (path.suffix in {".html", ".txt", ".svg"} and "templates" in path.parts):
            yield path


def _texts_in(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = _as_python(text)
    yield from extract("python", io.BytesIO(text.encode()), _KEYWORDS, ("Translators:",))


def _as_python(template: str) -> str:
    """Django leaves the indentation of the page, which as Python would be an error."""
    from django.conf import settings

    if not settings.configured:
        settings.configure()
    from django.utils.translation.template import templatize

    return "\n".join(line.lstrip() for line in templatize(template).splitlines())


def read_translations(root: Path) -> dict[str, Catalog]:
    """The translations there are, by language code."""
    return {path.parent.parent.name: _read(path) for path in _po_files(root)}


def _po_files(root: Path) -> list[Path]:
    return sorted((root / LOCALE).glob("*/LC_MESSAGES/django.po"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def update_translations(root: Path) -> list[Path]:
    """Adds new texts to each .po file, empty, and drops those no longer marked; gives the files written."""
    marked = marked_texts(root)
    for path in _po_files(root):
        catalogue = _read(path)
        catalogue.update(marked, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return _po_files(root)


def compile_translations(root: Path) -> list[Path]:
    """Writes each .po file's .mo file where it is missing or older; gives those written."""
    return [path.with_suffix(".mo") for path in _po_files(root) if _is_stale(path) and _compile(path)]


def _is_stale(path: Path) -> bool:
    target = path.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < path.stat().st_mtime_ns


def _compile(path: Path) -> bool:
    """By a draft, so that a product running meanwhile never reads half a file."""
    draft = path.with_suffix(".mo.new")
    with draft.open("wb") as file:
        write_mo(file, _read(path))
    draft.replace(path.with_suffix(".mo"))
    return True


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["compile"]:
            compile_translations(ROOT)
        case ["update"]:
            for written in update_translations(ROOT):
                print(written.relative_to(ROOT))
        case _:
            sys.exit("usage: python -m tooling.translations compile|update")
