"""Practices: whose clock, whether the phone is answered, which rules are in force."""

from datetime import UTC, datetime, timedelta

import pytest

from freeslot.practices.emergency import emergency_number
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType, policy_for
from freeslot.practices.words import phone_line, place_of
from tests.support.cast import NOW, Cast, make_cast

HOURS = {"mon": [["13:00", "17:00"], ["08:00", "12:00"]], "fri": [["08:00", "12:00"]]}
NEW_YORK = {"slug": "elm", "name": "Elm Street", "zone": "America/New_York", "country": "US", "phone_hours": HOURS}


def at(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "open_until", "opens_at"),
    [
        (at(2027, 3, 8, 11, 59, 59), None, at(2027, 3, 8, 13)),  # Monday, 06:59:59 in New York
        (at(2027, 3, 8, 13), at(2027, 3, 8, 17), None),
        (at(2027, 3, 8, 16, 59, 59), at(2027, 3, 8, 17), None),
        (at(2027, 3, 8, 17), None, at(2027, 3, 8, 18)),
        (at(2027, 3, 8, 22), None, at(2027, 3, 12, 13)),
        (at(2027, 3, 12, 17), None, at(2027, 3, 15, 12)),  # over the clock change
    ],
)
def test_the_phone_is_answered_in_local_hours(now, open_until, opens_at):
    practice = Practice(**NEW_YORK)
    assert practice.phone_open_until(now) == open_until
    assert practice.phone_opens_at(now) == opens_at


def test_a_phone_that_nobody_answers_never_opens():
    practice = Practice(**NEW_YORK | {"phone_hours": {}})
    assert practice.phone_open_until(NOW) is None
    assert practice.phone_opens_at(NOW) is None


def test_the_emergency_number_is_the_countrys():
    assert Practice(**NEW_YORK).emergency == "911"
    assert [emergency_number(country) for country in ("de", "GB", "au", "XX", "")] == [
        "112",
        "999",
        "000",
        "112",
        "112",
    ]


def test_a_neutral_alias_stands_in_for_a_name_that_says_too_much():
    assert Practice(**NEW_YORK).public_name == "Elm Street"
    assert Practice(**NEW_YORK | {"neutral_alias": "Your clinic"}).public_name == "Your clinic"


def test_everything_has_a_name_for_the_log():
    parts = [
        Practice(**NEW_YORK),
        Location(name="Main"),
        Practitioner(name="Dr. Lin"),
        VisitType(name="Check-up"),
        Policy(version=3),
    ]
    assert [str(part) for part in parts] == ["elm", "Main", "Dr. Lin", "Check-up", "version 3"]


@pytest.fixture
def cast(db) -> Cast:
    return make_cast(weeks=1)


def new_version(cast: Cast, version: int, valid_from: datetime, visit_type: VisitType | None = None) -> Policy:
    return Policy.objects.create(
        practice=cast.practice, visit_type=visit_type, version=version, valid_from=valid_from, rules={}
    )


def test_the_newest_rules_in_force_count_from_their_own_instant(cast: Cast):
    new_version(cast, 2, NOW)
    assert policy_for(cast.visit_type, now=NOW - timedelta(microseconds=1)).version == 1
    assert policy_for(cast.visit_type, now=NOW).version == 2


def test_two_versions_of_one_instant_count_as_the_later_written(cast: Cast):
    new_version(cast, 3, NOW)
    new_version(cast, 2, NOW)
    assert policy_for(cast.visit_type, now=NOW).version == 3


def test_a_visit_types_own_rules_go_before_the_practices(cast: Cast):
    new_version(cast, 2, NOW - timedelta(days=2), cast.visit_type)
    new_version(cast, 3, NOW - timedelta(days=1))
    other = VisitType.objects.create(practice=cast.practice, name="Other", length=timedelta(minutes=20))
    assert policy_for(cast.visit_type, now=NOW).version == 2
    assert policy_for(other, now=NOW).version == 3


def test_another_practices_rules_never_count(cast: Cast):
    elsewhere = make_cast(weeks=1, name="Elsewhere")
    new_version(elsewhere, 2, NOW)
    assert policy_for(cast.visit_type, now=NOW) == cast.policy


def test_a_practice_without_rules_has_none(cast: Cast):
    with pytest.raises(Policy.DoesNotExist):
        policy_for(cast.visit_type, now=NOW - timedelta(days=4000))


@pytest.mark.parametrize(
    ("now", "hours", "opening"),
    [
        (at(2027, 3, 8, 14), "open until 12", ""),
        (at(2027, 3, 8, 17), "opens today 1", "today 1"),
        (at(2027, 3, 7, 17), "opens tomorrow 8", "tomorrow 8"),
        (at(2027, 3, 8, 22), "opens Fri", "Fri"),
    ],
)
def test_the_phones_hours_are_said_in_words(now, hours, opening):
    practice = Practice(**NEW_YORK | {"phone": "+12125550142"})
    line = phone_line(practice, place_of(practice, language="", now=now))
    assert (line.hours.startswith(hours), line.next_opening.startswith(opening)) == (True, True)


def test_a_phone_without_hours_promises_nothing():
    practice = Practice(**NEW_YORK | {"phone_hours": {}, "phone": "+12125550142"})
    line = phone_line(practice, place_of(practice, language="es", now=NOW))
    assert (line.hours, line.next_opening) == ("", "")
