"""Texts that must be plain: a line that is safe in a header, a text message that fits into one segment."""

import math
import re
import unicodedata

_TWO_STOPS = re.compile(r"\b([ap]\.m\.)\.(?!\.)")
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")

# GSM 03.38, the basic alphabet and its extension; a letter of the extension takes the room of two.
BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = set("^{}\\[~]|€")
# What has a plain form that reads the same.
PLAIN = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " ", "\u202f": " "}
)

ONE_SEGMENT, SEGMENT_OF_MANY = 160, 153
ONE_UCS2_SEGMENT, UCS2_SEGMENT_OF_MANY = 70, 67


def one_line(text: str) -> str:
    """Without control signs and line ends, and with single spaces."""
    return _NOT_IN_A_LINE.sub(" ", text).strip()


def one_stop(text: str) -> str:
    """A sentence that ends in an abbreviation ("4:20 p.m.") keeps one full stop."""
    return _TWO_STOPS.sub(r"\1", text)


def gsm_text(text: str) -> str:
    """The text in GSM letters, accents dropped where the alphabet lacks them; as it is in a script of its own."""
    plain = "".join(_plain_letter(letter) for letter in text.translate(PLAIN))
    return plain if _is_gsm(plain) else text


def segments(text: str) -> int:
    """How many messages the carrier makes of this text."""
    if _is_gsm(text):
        return _parts(sum(2 if letter in EXTENSION else 1 for letter in text), ONE_SEGMENT, SEGMENT_OF_MANY)
    return _parts(len(text.encode("utf-16-be")) // 2, ONE_UCS2_SEGMENT, UCS2_SEGMENT_OF_MANY)


def _parts(length: int, one: int, many: int) -> int:
    return 1 if length <= one else math.ceil(length / many)


def _is_gsm(text: str) -> bool:
    return all(letter in BASIC or letter in EXTENSION for letter in text)


def _plain_letter(letter: str) -> str:
    if letter in BASIC or letter in EXTENSION:
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
