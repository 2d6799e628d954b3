"""E-mail addresses and telephone numbers in the one form in which two of them can be compared."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

LONGEST_EMAIL = 254
LONGEST_NUMBER = 60
_NOT_IN_A_NAME = set(' "(),:;<>@[\\]')
# Lines that take no texts, and those that a text costs its sender dearly: a known way to be paid for asking for codes.
_TAKES_NO_TEXTS = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
}


class BadAddress(ValueError):
    """`why` is a name for it: missing, too_long, no_address, no_number, no_texts."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def normal_email(text: str) -> str:
    """In small letters, the domain in ASCII (IDNA). Raises BadAddress."""
    name, _, domain = text.strip().rpartition("@")
    try:
        address = f"{name.lower()}@{domain.lower().encode('idna').decode()}"
    except UnicodeError:
        raise BadAddress("no_address") from None
    if len(address) > LONGEST_EMAIL:
        raise BadAddress("too_long")
    # Names beyond ASCII are sent as they are (RFC 6531); the check knows only the plain ones.
    local, _, host = address.rpartition("@")
    checked = address if local.isascii() else f"name@{host}"
    if not all(sign.isprintable() and (local.isascii() or sign not in _NOT_IN_A_NAME) for sign in local):
        raise BadAddress("no_address")
    try:
        validate_email(checked)
    except ValidationError:
        raise BadAddress("no_address") from None
    if host.startswith("["):
        raise BadAddress("no_address")
    return address


def normal_phone(text: str, *, country: str) -> str:
    """As +12125550199 (E.164), read as it is written in `country`. Raises BadAddress, also for a landline."""
    if len(text) > LONGEST_NUMBER:
        raise BadAddress("too_long")
    number = _parsed(text, country)
    if number is None or not phonenumbers.is_valid_number(number) or number.extension:
        raise BadAddress("no_number")
    if phonenumbers.number_type(number) in _TAKES_NO_TEXTS:
        raise BadAddress("no_texts")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def same_email(one: str, other: str) -> bool:
    try:
        return normal_email(one) == normal_email(other)
    except BadAddress:
        return False


def same_phone(one: str, other: str, *, country: str) -> bool:
    """However a practice has written it down."""
    numbers = [_parsed(each, country) for each in (one, other)]
    return None not in numbers and len({(each.country_code, each.national_number) for each in numbers if each}) == 1


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, country)
    except NumberParseException:
        return None
