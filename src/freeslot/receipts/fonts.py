"""The typeface of the receipt's PDF: FiraGO, written out once per process in the form the PDF library reads.

It draws Latin, Greek, Cyrillic, Arabic, Hebrew, Georgian, Thai and Devanagari. Its layout tables are left out: without
a shaping engine nothing reads them, and carrying them made each page five times slower.
"""

import io
import tempfile
import unicodedata
from functools import cache
from pathlib import Path

import pymupdf_fonts
from fontTools.ttLib import TTFont
from fpdf.bidi import BidiParagraph

FAMILY = "FiraGO"
STYLES = {"": "figo", "B": "figbo"}
UNREAD_TABLES = {"GSUB", "GPOS", "GDEF", "DSIG"}
INSTEAD = "▯"
RIGHT_TO_LEFT = {"R", "AL"}

# Kept for as long as the process lives, and with it the files in it.
_folders: list["tempfile.TemporaryDirectory[str]"] = []


@cache
def files() -> dict[str, Path]:
    """The font file of each style: "" and "B"."""
    folder = tempfile.TemporaryDirectory(prefix="freeslot-fonts-")
    _folders.append(folder)
    return {style: _written(name, Path(folder.name)) for style, name in STYLES.items()}


def drawable(text: str) -> str:
    """The text as it is set from left to right: with a box for each character that the typeface lacks, and without
    the marks that steer a printer. Words of right-to-left scripts are turned round, since nothing later does it."""
    known = _characters()
    composed = unicodedata.normalize("NFC", text)
    drawn = "".join(sign if ord(sign) in known else _instead(sign) for sign in composed)
    return _in_order(drawn) if any(unicodedata.bidirectional(sign) in RIGHT_TO_LEFT for sign in drawn) else drawn


def _in_order(text: str) -> str:
    return "".join(each.character for each in BidiParagraph(text).get_reordered_characters())


def _instead(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign).startswith(("C", "M")) else INSTEAD


@cache
def _characters() -> frozenset[int]:
    with TTFont(files()[""], lazy=True) as font:
        return frozenset(code for code in font.getBestCmap() if not unicodedata.category(chr(code)).startswith("C"))


def _written(name: str, folder: Path) -> Path:
    path = folder / f"{name}.ttf"
    # Its date stays: a mail that is repeated by another process must be the same to the byte.
    with TTFont(io.BytesIO(pymupdf_fonts.myfont(name)), recalcTimestamp=False) as font:
        for tag in UNREAD_TABLES & set(font.keys()):
            del font[tag]
        font.save(path)
    return path
