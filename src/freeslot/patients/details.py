"""What somebody says of themself when they book without an account, in the form in which it is kept."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from freeslot.patients.addresses import BadAddress, normal_email, normal_phone
from freeslot.patients.models import Contact
from freeslot.patients.proof import LONGEST_LIFE

LONGEST_NAME = 80
_BLANKS = re.compile(r"\s+")
# Letters of some scripts are joined and parted by these; every other unseen sign is a mark of direction or worse.
_JOINERS = "\u200c\u200d"


class Fault(StrEnum):
    """What is wrong with one thing that was said; every page has its sentence for it."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    NO_NAME = "no_name"
    IN_FUTURE = "in_future"
    TOO_LONG_AGO = "too_long_ago"
    NO_ADDRESS = "no_address"  # not an e-mail address
    NO_NUMBER = "no_number"  # not a telephone number
    NO_TEXTS = "no_texts"  # a landline, or a number that costs whoever sends to it


class BadDetails(Exception):
    """Nothing was kept. `faults` has all of them, by the name of what was asked."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__(", ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True)
class Details:
    given_name: str
    family_name: str
    birth_date: date
    contact_kind: Contact.Kind
    contact_value: str


def details_from(
    *,
    given_name: str,
    family_name: str,
    birth_date: date | None,
    contact_kind: str,
    contact_value: str,
    country: str,
    today: date,
) -> Details:
    """Names without unseen signs, the contact as `addresses` writes it; numbers are read as people of `country` write
    them. Raises BadDetails with everything that is wrong at once."""
    faults: dict[str, Fault] = {}
    given, family = clean(given_name), clean(family_name)
    for name, text in (("given_name", given), ("family_name", family)):
        if fault := _fault_of_name(text):
            faults[name] = fault
    if fault := _fault_of_birth(birth_date, today):
        faults["birth_date"] = fault
    value = ""
    try:
        value = _normal(contact_kind, contact_value, country)
    except BadAddress as bad:
        faults["contact_value"] = Fault(bad.why)
    if faults or birth_date is None:
        raise BadDetails(faults)
    return Details(given, family, birth_date, Contact.Kind(contact_kind), value)


def clean(text: str) -> str:
    """One line without unseen signs: no control signs, no marks of direction, single spaces."""
    lined = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    seen = (sign for sign in lined if sign in _JOINERS or unicodedata.category(sign)[0] != "C")
    return _BLANKS.sub(" ", "".join(seen)).strip(f" {_JOINERS}")


def _fault_of_name(name: str) -> Fault | None:
    if not name:
        return Fault.MISSING
    if len(name) > LONGEST_NAME:
        return Fault.TOO_LONG
    return None if any(sign.isalpha() for sign in name) else Fault.NO_NAME


def _fault_of_birth(birth_date: date | None, today: date) -> Fault | None:
    if birth_date is None:
        return Fault.MISSING
    if birth_date > today:
        return Fault.IN_FUTURE
    return Fault.TOO_LONG_AGO if birth_date.year < today.year - LONGEST_LIFE else None


def _normal(kind: str, text: str, country: str) -> str:
    ways: dict[str, Callable[[str], str]] = {
        Contact.Kind.EMAIL: normal_email,
        Contact.Kind.PHONE: lambda number: normal_phone(number, country=country),
    }
    if kind not in ways or not clean(text):
        raise BadAddress("missing")
    return ways[kind](clean(text))
