"""Creates a practice with plain rules: cancelling is free at any time before the visit."""

import argparse
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from freeslot.commands.starting import CannotStart, need_migrations, say, set_up

DEFAULT_RULES: dict[str, Any] = {"steps": [], "reason": "optional", "undo_minutes": 10}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="create a practice", description=__doc__)
    create.add_argument("--slug", required=True, help="its part of the address, as in /p/riverside/")
    create.add_argument("--name", required=True, help="its name as patients know it")
    create.add_argument("--zone", required=True, help="its time zone, such as America/New_York")
    create.add_argument("--country", required=True, help="two letters (ISO 3166), such as US")
    create.add_argument("--currency", required=True, help="three letters (ISO 4217), such as USD")
    create.add_argument("--phone", required=True, help="its number, such as +12125550142")
    create.add_argument("--language", default="en", help="the language of its messages (default: en)")
    create.add_argument("--rules", type=Path, metavar="FILE", help="its rules as JSON, instead of the plain ones")


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
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
    _need(0 < len(arguments.name.strip()) <= 120, "--name takes 1 to 120 characters.")
    _need(
        arguments.zone in available_timezones(), f"--zone: {arguments.zone} is not a time zone such as Europe/Berlin."
    )
    _need(re.fullmatch(r"[A-Z]{2}", country), "--country takes two letters such as US.")
    _need(re.fullmatch(r"[A-Z]{3}", currency), "--currency takes three letters such as USD.")
    _need(arguments.language in _languages(), f"--language takes one of {', '.join(_languages())}.")
    return {
        "slug": arguments.slug,
        "name": arguments.name.strip(),
        "zone": arguments.zone,
        "country": country,
        "currency": currency,
        "phone": _phone(arguments.phone, country),
        "language": arguments.language,
    }


def _need(holds: object, words: str) -> None:
    if not holds:
        raise CannotStart(words)


def _languages() -> list[str]:
    from django.conf import settings

    return [code for code, _ in settings.LANGUAGES]


def _phone(number: str, country: str) -> str:
    import phonenumbers

    refusal = f"--phone: {number} is not a telephone number."
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException as error:
        raise CannotStart(refusal) from error
    _need(phonenumbers.is_possible_number(parsed), refusal)
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
