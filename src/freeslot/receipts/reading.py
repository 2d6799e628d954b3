"""Finds the one receipt in whatever somebody hands in: pasted text, receipt.json, the PDF, the code's address."""

import io
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

LARGEST = 1_000_000
ATTACHMENT = "receipt.jws"

# A receipt's signature has 64 bytes and so 86 characters. With more after them it is not what was signed, unless lines
# were broken and joined again: then nobody can tell where the words that follow began.
_BROKEN = re.compile(r"eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{86}", re.ASCII)
_RECEIPT = re.compile(_BROKEN.pattern + r"(?![\w-]|\.[\w-])", re.ASCII)
_TOO_LONG = re.compile(r"\.[\w-]{86}[\w.-]+$", re.ASCII)
_ANY_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]*\.[\w-]*(?:\.[\w-]+)*", re.ASCII)


class Problem(StrEnum):
    """Why there is nothing to confirm; `words` has the sentence for each."""

    NOTHING = "nothing"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    SEVERAL = "several"
    MALFORMED = "malformed"
    OTHER_KIND = "other_kind"
    UNKNOWN_KEY = "unknown_key"
    CHANGED = "changed"
    CHANGED_BESIDE = "changed_beside"


class NotConfirmed(Exception):
    """There is no receipt, or it does not hold."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def token_in(handed_in: str | bytes) -> str:
    """The one token. Raises NotConfirmed: too large, not readable, nothing found, or several different ones."""
    if len(handed_in) > LARGEST:
        raise NotConfirmed(Problem.TOO_LARGE)
    if isinstance(handed_in, bytes) and _is_pdf(handed_in):
        return _only(token for text in _texts_of_pdf(handed_in) for token in _tokens(text))
    text = _decoded(handed_in) if isinstance(handed_in, bytes) else handed_in
    return _only(_tokens(_token_field(text)))


def claims_beside(handed_in: str | bytes) -> object:
    """What receipt.json says beside its token for people to read; None where nothing stands there.

    Nobody signed it, so it has to be compared with what was signed.
    """
    if isinstance(handed_in, bytes) and _is_pdf(handed_in):
        return None
    content = _json_in(_decoded(handed_in) if isinstance(handed_in, bytes) else handed_in)
    return content.get("claims") if content else None


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotConfirmed(Problem.UNREADABLE) from error


def _token_field(text: str) -> str:
    """What receipt.json holds as its token; any other text as it is."""
    content = _json_in(text)
    if content is None:
        return text
    token = content.get("token")
    return token if isinstance(token, str) else ""


def _json_in(text: str) -> dict[str, Any] | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        content: dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content


def _tokens(text: str) -> list[str]:
    """Whole receipts, also where a mail or a form broke the lines; failing that, anything that looks like a token."""
    if whole := _RECEIPT.findall(text):
        return whole
    alike = _ANY_TOKEN.findall(text)
    if any(_TOO_LONG.search(token) for token in alike):
        return alike
    return _BROKEN.findall("".join(text.split())) or alike


def _only(tokens: "Iterator[str] | list[str]") -> str:
    different = list(dict.fromkeys(tokens))
    if not different:
        raise NotConfirmed(Problem.NOTHING)
    if len(different) > 1:
        raise NotConfirmed(Problem.SEVERAL)
    return different[0]


def _texts_of_pdf(content: bytes) -> list[str]:
    """Where our own PDF keeps the token: the attachment, or the keywords where a program dropped the attachment."""
    try:
        document = PdfReader(io.BytesIO(content))
        attached = [each.content for each in document.attachment_list if each.name == ATTACHMENT]
        keywords = (document.metadata.keywords if document.metadata else None) or ""
        return [each.decode("ascii", "replace") for each in attached] or [keywords]
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise NotConfirmed(Problem.UNREADABLE) from error
