"""How the headers of our mails are written: any text comes back exactly as it went out."""

from email.header import Header
from email.headerregistry import AddressHeader
from email.policy import EmailPolicy
from typing import Any

PERSONS = {"from", "reply-to"}
# What RFC 5322 says a line should have at most, less the sign of the header and the end of the line.
LONGEST_LINE = 74


class Headers(EmailPolicy):
    """Subjects and names beyond ASCII as encoded words throughout.

    The standard way encodes a few words only, and adds a space where a line ends between those and plain ones; and it
    adds one before a first word that fills the line by itself.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        own = self._own(name, value)
        return own.encode() if own else super().fold_binary(name, value)

    def _own(self, name: str, value: Any) -> str:
        if self.utf8 or _is_plain(name, str(value)):
            return ""
        if name.lower() == "subject":
            return self._line(name, self._encoded(name, str(value)))
        if name.lower() in PERSONS and isinstance(value, AddressHeader):
            (person,) = value.addresses
            return self._line(name, f"{self._encoded(name, person.display_name)}{self.linesep} <{person.addr_spec}>")
        return ""

    def _encoded(self, name: str, text: str) -> str:
        return Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)

    def _line(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}"


def _is_plain(name: str, text: str) -> bool:
    longest = max(map(len, text.split()), default=0)
    return text.isascii() and len(name) + longest < LONGEST_LINE
