"""`freeslot practice create` makes a practice that is right, or says what is wrong."""

import json

import pytest

from freeslot.cli import main
from freeslot.practices.models import Policy, Practice

pytestmark = pytest.mark.django_db
GOOD = {
    "slug": "elm", "name": " Elm Street ", "zone": "Europe/Berlin", "country": "de", "currency": "eur",
    "phone": "030 23125 100",
}  # fmt: skip


def create(**change: object) -> int:
    return main(["practice", "create", *(f"--{name}={value}" for name, value in (GOOD | change).items())])


def test_a_practice_is_created_with_plain_rules(capsys):
    assert create() == 0

    practice = Practice.objects.get()
    assert (practice.slug, practice.name, practice.country, practice.currency) == ("elm", "Elm Street", "DE", "EUR")
    assert practice.phone == "+493023125100"
    assert Policy.objects.get(practice=practice).rules["steps"] == []
    assert capsys.readouterr().out == "The practice elm is there: /p/elm/\n"


def test_its_own_rules_come_from_a_file(tmp_path):
    rules = {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]}
    (tmp_path / "rules.json").write_text(json.dumps(rules), encoding="utf-8")

    assert create(rules=tmp_path / "rules.json") == 0
    assert Policy.objects.get().rules == rules


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"slug": "Elm Street"}, "--slug takes"),
        ({"name": "  "}, "--name takes"),
        ({"name": "Elm\nStreet"}, "--name takes"),
        ({"zone": "Berlin"}, "--zone: Berlin is not"),
        ({"zone": "EST"}, "--zone: EST is not"),
        ({"zone": "Etc/GMT+5"}, "--zone: Etc/GMT+5 is not"),
        ({"country": "DEU"}, "--country: DEU is not"),
        ({"country": "XX"}, "--country: XX is not"),
        ({"currency": "€"}, "--currency: € is not"),
        ({"currency": "DEM"}, "--currency: DEM is not"),
        ({"currency": "ZZZ"}, "--currency: ZZZ is not"),
        ({"phone": "none"}, "--phone: none is not"),
        ({"phone": "1"}, "--phone: 1 is not"),
        ({"phone": "0000000000"}, "--phone: 0000000000 is not a telephone number in DE, such as +49"),
        ({"phone": "+12125550142"}, "--phone: +12125550142 is not a telephone number in DE, such as +49"),
        ({"language": "de"}, "--language takes one of en, es"),
        ({"rules": "missing.json"}, "--rules: missing.json cannot be read"),
        ({"rules": "pyproject.toml"}, "--rules: "),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_created(change, words, capsys):
    assert create(**change) == 2
    assert capsys.readouterr().err.startswith(f"freeslot: {words}")
    assert not Practice.objects.exists()


def test_a_slug_is_taken_once(capsys):
    assert create() == 0
    assert create(name="Other") == 2
    assert capsys.readouterr().err == "freeslot: There is a practice elm already.\n"


@pytest.mark.parametrize("who", ["known", "nobody", "everyone"])
def test_the_switch_says_who_may_book_online(who, capsys):
    create()
    capsys.readouterr()
    assert main(["practice", "booking", "elm", who]) == 0
    assert Practice.objects.get().online_booking == who
    assert capsys.readouterr().out.startswith("The practice elm takes bookings online from ")


def test_the_switch_of_a_practice_that_there_is_not_is_refused(capsys):
    assert main(["practice", "booking", "oak", "nobody"]) != 0
    assert "There is no practice oak." in capsys.readouterr().err
