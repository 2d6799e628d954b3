"""The hours of a practice's phone as a week."""

from datetime import UTC, datetime
from typing import Any

import pytest

from freeslot.messages.hours import phone_hours_words
from freeslot.practices.models import Practice
from freeslot.web.facts import Place

NOW = datetime(2027, 3, 3, 21, 0, tzinfo=UTC)
OFFICE = [["08:00", "17:00"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), OFFICE)


@pytest.mark.parametrize(
    ("hours", "locale", "words"),
    [
        (WEEK, "en_US", "Mon – Fri 8 am – 5 pm"),
        (WEEK, "en_DE", "Mon – Fri 08:00 – 17:00"),
        (WEEK | {"fri": [["08:00", "12:30"]]}, "en_US", "Mon – Thu 8 am – 5 pm, Fri 8 am – 12:30 pm"),
        ({"sat": [["09:00", "12:00"], ["13:00", "15:00"]]}, "en_US", "Sat 9 am – 12 pm and 1 pm – 3 pm"),
        ({"mon": OFFICE, "wed": OFFICE}, "en_US", "Mon 8 am – 5 pm, Wed 8 am – 5 pm"),
        ({}, "en_US", ""),
    ],
)  # fmt: skip
def test_days_with_the_same_hours_are_said_once(hours: dict[str, Any], locale: str, words: str):
    practice = Practice(phone_hours=hours, zone="America/New_York")

    assert phone_hours_words(practice, Place(zone=practice.zone, locale=locale, now=NOW)) == words
