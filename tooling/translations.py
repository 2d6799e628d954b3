"""Compiles the translations, and brings their files up to date with the texts marked in the source.

Works without GNU gettext: Babel reads and writes the files, Django turns templates into what Babel can read.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "src" / "freeslot" / "locale"


def compile_translations(folder: Path = LOCALE) -> list[Path]:
    """Writes each .po file's .mo file where it is missing or older; gives those written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > source.stat().st_mtime_ns:
            continue
        _compile(source, target)
        written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    draft = target.with_suffix(".mo.new")
    with draft.open("wb") as file:
        write_mo(file, catalogue)
    draft.replace(target)


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_translations()
    else:
        sys.exit("usage: python -m tooling.translations compile")
