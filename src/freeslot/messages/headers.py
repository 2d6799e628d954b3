"""How the headers of our mails are written: any text comes back exactly as it went out."""

from email.header import Header
from email.headerregistry import AddressHeader
from email.policy import EmailPolicy
from typing import Any

PERSONS = {"from", "reply-to"}
# What RFC 5322 says a line should have at most.
LONGEST_LINE = 78


class Headers(EmailPolicy):
    """Subjects and names beyond ASCII as encoded words throughout.

    The standard way encodes a few words only, and adds a space where a line ends between those and plain ones, or
    before the first word of a plain text that needs more than one line.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        own = self._own(name, value)
        return own.encode() if own else super().fold_binary(name, value)

    def _own(self, name: str, value: Any) -> str:
        if self.utf8:
            return ""
        if name.lower() == "subject" and not _is_one_plain_line(name, str(value)):
            return self._line(name, self._encoded(name, str(value)))
        if name.lower() in PERSONS and isinstance(value, AddressHeader) and not str(value).isascii():
            (person,) = value.addresses
            return self._line(name, f"{self._encoded(name, person.display_name)}{self.linesep} <{person.addr_spec}>")
        return ""

    def _encoded(self, name: str, text: str) -> str:
        return Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)

    def _line(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}"


def _is_one_plain_line(name: str, text: str) -> bool:
    return text.isascii() and len(f"{name}: {text}") <= LONGEST_LINE
