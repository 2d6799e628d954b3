"""Creates a practice with plain rules (cancelling is free until a visit starts), or says who may book online."""

import argparse
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from freeslot.commands.starting import CannotStart, need_migrations, say, set_up

CREATE = "Creates a practice with plain rules: cancelling is free at any time before the visit."
BOOKING = "Says who may book visits online, from now on; the desk books for everybody."
WHO = {"everyone": "everyone", "known": "people who are signed in", "nobody": "nobody"}
DEFAULT_RULES: dict[str, Any] = {"steps": [], "reason": "optional", "undo_minutes": 10}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_create(actions.add_parser("create", help="create a practice", description=CREATE))
    _add_booking(actions.add_parser("booking", help="say who may book online", description=BOOKING))


def _add_create(create: argparse.ArgumentParser) -> None:
    create.set_defaults(act=_create)
    create.add_argument("--slug", required=True, help="its part of the address, as in /p/riverside/")
    create.add_argument("--name", required=True, help="its name as patients know it")
    create.add_argument("--zone", required=True, help="its time zone, such as America/New_York")
    create.add_argument("--country", required=True, help="two letters (ISO 3166), such as US")
    create.add_argument("--currency", required=True, help="three letters (ISO 4217), such as USD")
    create.add_argument("--phone", required=True, help="its number, such as +12125550142")
    create.add_argument("--language", default="en", help="the language of its messages (default: en)")
    create.add_argument("--rules", type=Path, metavar="FILE", help="its rules as JSON, instead of the plain ones")


def _add_booking(booking: argparse.ArgumentParser) -> None:
    booking.set_defaults(act=_booking)
    booking.add_argument("slug", help="its part of the address, as in /p/riverside/")
    booking.add_argument("who", choices=WHO, help="everyone, only known people (who sign in), or nobody")


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    done: int = arguments.act(arguments)
    return done


def _booking(arguments: argparse.Namespace) -> int:
    """Holds at once: a booking that somebody is making just now is refused at its last press."""
    from freeslot.practices.models import Practice

    if not Practice.objects.filter(slug=arguments.slug).update(online_booking=arguments.who):
        raise CannotStart(f"There is no practice {arguments.slug}.")
    say(f"The practice {arguments.slug} takes bookings online from {WHO[arguments.who]}.")
    return 0


def _create(arguments: argparse.Namespace) -> int:
    facts = _checked(arguments)
    rules = _rules(arguments.rules)
    from django.db import transaction
    from django.utils import timezone

    from freeslot.practices.models import Policy, Practice

    if Practice.objects.filter(slug=facts["slug"]).exists():
        raise CannotStart(f"There is a practice {facts['slug']} already.")
    with transaction.atomic():
        practice = Practice.objects.create(**facts)
        Policy.objects.create(practice=practice, version=1, valid_from=timezone.now(), rules=rules)
    say(f"The practice {practice.slug} is there: /p/{practice.slug}/")
    return 0


def _checked(arguments: argparse.Namespace) -> dict[str, str]:
    """The facts in the form they are kept. Raises CannotStart for the first that is wrong."""
    country, currency = arguments.country.upper(), arguments.currency.upper()
    _need(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,49}", arguments.slug), "--slug takes small letters, digits and hyphens.")
    name = arguments.name.strip()
    _need(0 < len(name) <= 120 and name.isprintable(), "--name takes 1 to 120 characters, all in one line.")
    _need(_is_zone(arguments.zone), f"--zone: {arguments.zone} is not a time zone such as Europe/Berlin.")
    _need(_is_country(country), f"--country: {arguments.country} is not a country's two letters, such as US.")
    _need(
        _is_currency(currency),
        f"--currency: {arguments.currency} is not the three letters of money in use, such as USD.",
    )
    _need(arguments.language in _languages(), f"--language takes one of {', '.join(_languages())}.")
    return {
        "slug": arguments.slug,
        "name": name,
        "zone": arguments.zone,
        "country": country,
        "currency": currency,
        "phone": _phone(arguments.phone, country),
        "language": arguments.language,
    }


def _need(holds: object, words: str) -> None:
    if not holds:
        raise CannotStart(words)


def _is_zone(name: str) -> bool:
    """One with a place in its name: the others, such as EST, follow no place's clock changes."""
    return name in available_timezones() and "/" in name and not name.startswith("Etc/")


def _is_country(code: str) -> bool:
    import phonenumbers

    return code in phonenumbers.SUPPORTED_REGIONS


def _is_currency(code: str) -> bool:
    """Whether it is legal tender somewhere today. Source: CLDR's currencies of territories."""
    import phonenumbers
    from babel.numbers import get_territory_currencies

    return any(code in get_territory_currencies(country) for country in phonenumbers.SUPPORTED_REGIONS)


def _languages() -> list[str]:
    from django.conf import settings

    return [code for code, _ in settings.LANGUAGES]


def _phone(number: str, country: str) -> str:
    import phonenumbers

    example = phonenumbers.example_number(country)
    like = f", such as {phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)}" if example else ""
    refusal = f"--phone: {number} is not a telephone number in {country}{like}."
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        raise CannotStart(refusal) from error
    at_home = parsed.country_code == phonenumbers.country_code_for_region(country)
    _need(at_home and phonenumbers.is_valid_number(parsed), refusal)
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _rules(file: Path | None) -> dict[str, Any]:
    if file is None:
        return DEFAULT_RULES
    from freeslot.scheduling.rules import BadRules, rules_from

    try:
        rules: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        rules_from(rules)
    except OSError as error:
        raise CannotStart(f"--rules: {file} cannot be read ({error.strerror}).") from error
    except (BadRules, ValueError) as error:
        raise CannotStart(f"--rules: {error}") from error
    return rules
