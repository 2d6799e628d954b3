"""Money and telephone numbers in the form of the locale and the country."""

from decimal import Decimal
from functools import lru_cache

import phonenumbers
from babel.numbers import format_currency, get_currency_precision

from freeslot.web.formatting.locales import data


def money(minor: int, *, currency: str, locale: str) -> str:
    """`$25.00`, `30,00 €` from minor units; plain spaces, so the same words fit a text message."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=data(locale))).replace("\u00a0", " ").replace("\u202f", " ")


@lru_cache(maxsize=1024)
def phone(number: str, *, country: str) -> str:
    """The number as people of `country` write it; a foreign one with its country code; anything else as it stands."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    at_home = phonenumbers.country_code_for_region(country.upper()) == parsed.country_code
    form = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


@lru_cache(maxsize=1024)
def phone_link(number: str, *, country: str) -> str:
    """The address behind a number, such as `tel:+12125550142`."""
    try:
        parsed = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")
    return "tel:" + phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
