"""Days, times, money and numbers read as people of the place write them."""

from datetime import UTC, datetime, timedelta

import pytest

from freeslot.web import formatting
from freeslot.web.formatting import DayParts

NOW = datetime(2026, 2, 28, 11, 0, tzinfo=UTC)
VISIT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
NEW_YORK = "America/New_York"
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_US", "Tue 3 March"),
        ("en_DE", "Tue 3 March"),
        ("es_US", "martes 3 de marzo"),
        ("es", "martes 3 de marzo"),
        ("de_DE", "Di., 3. März"),
    ],
)
def test_a_day_is_weekday_number_and_month(locale, words):
    assert formatting.day(VISIT, zone=NEW_YORK, locale=locale, now=NOW) == words


@pytest.mark.parametrize(
    ("locale", "words"), [("en_US", "Wed 3 March 2027"), ("es_US", "miércoles 3 de marzo de 2027")]
)
def test_a_day_far_away_names_its_year(locale, words):
    far = VISIT.replace(year=2027)
    assert formatting.day(far, zone=NEW_YORK, locale=locale, now=NOW) == words


def test_a_day_is_the_one_on_the_practices_wall():
    late_evening = datetime(2026, 3, 4, 4, 59, tzinfo=UTC)
    assert formatting.day(late_evening, zone=NEW_YORK, locale="en_US", now=NOW) == "Tue 3 March"
    assert formatting.day(late_evening, zone=BERLIN, locale="en_DE", now=NOW) == "Wed 4 March"


def test_the_card_shows_a_long_month_short():
    november = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    parts = formatting.day_parts(november, zone=NEW_YORK, locale="en_US", now=november)
    assert parts == DayParts(weekday="Mon", number="23", month="Nov", year="")


def test_the_card_shows_the_parts_of_a_day_in_spanish():
    parts = formatting.day_parts(VISIT, zone=NEW_YORK, locale="es_US", now=NOW)
    assert parts == DayParts(weekday="mar", number="3", month="marzo", year="")


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en_US", "10:00 am"), ("es_US", "10:00 a.m."), ("en_DE", "10:00"), ("es", "10:00"), ("de_DE", "10:00")],
)
def test_a_clock_has_twelve_or_twenty_four_hours_by_locale(locale, words):
    assert formatting.clock(VISIT, zone=NEW_YORK, locale=locale) == words


@pytest.mark.parametrize(("locale", "words"), [("en_US", "5 pm"), ("en_DE", "17:00"), ("es_US", "5 p.m.")])
def test_a_short_clock_drops_the_minutes_of_a_full_hour(locale, words):
    five = datetime(2026, 3, 3, 22, 0, tzinfo=UTC)
    assert formatting.clock_short(five, zone=NEW_YORK, locale=locale) == words
    assert formatting.clock_short(five + timedelta(minutes=30), zone=NEW_YORK, locale="en_US") == "5:30 pm"


@pytest.mark.parametrize(
    ("minutes", "locale", "words"),
    [
        (20, "en_US", "10:00 – 10:20 am"),
        (180, "en_US", "10:00 am – 1:00 pm"),
        (20, "es_US", "10:00 – 10:20 a.m."),
        (20, "en_DE", "10:00 – 10:20"),
    ],
)
def test_a_range_names_the_half_of_the_day_once(minutes, locale, words):
    end = VISIT + timedelta(minutes=minutes)
    assert formatting.time_range(VISIT, end, zone=NEW_YORK, locale=locale) == words


@pytest.mark.parametrize(
    ("hour", "words"), [(5, "1:30 am, the first time (EDT)"), (6, "1:30 am, the second time (EST)")]
)
def test_a_time_that_happens_twice_says_which(hour, words):
    at = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    assert formatting.clock(at, zone=NEW_YORK, locale="en_US") == words


def test_a_zone_without_letters_names_its_offset():
    at = datetime(2026, 4, 4, 15, 0, tzinfo=UTC)
    assert formatting.clock(at, zone="Australia/Lord_Howe", locale="en_AU") == "1:30 am, the second time (UTC+1030)"


def test_the_hour_after_a_gap_is_an_ordinary_one():
    after = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)
    assert formatting.clock(after, zone=NEW_YORK, locale="en_US") == "3:30 am"


def test_a_range_over_the_doubled_hour_names_both_times():
    start = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    words = formatting.time_range(start, start + timedelta(hours=1), zone=NEW_YORK, locale="en_US")
    assert words == "1:30 am, the first time (EDT) – 1:30 am, the second time (EST)"


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        (NEW_YORK, "en_US", "New York time"),
        (NEW_YORK, "es_US", "hora de Nueva York"),
        (BERLIN, "en_DE", "Berlin time"),
        (BERLIN, "es", "hora de Berlín"),
    ],
)
def test_a_zone_is_the_time_of_its_city(zone, locale, words):
    assert formatting.zone_words(zone, locale) == words


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en_US", "Mon 2 March, 10:00 am (New York time)"),
        ("es_US", "lunes 2 de marzo, 10:00 a.m. (hora de Nueva York)"),
        ("en_DE", "Mon 2 March, 10:00 (New York time)"),
        ("es", "lunes 2 de marzo, 10:00 (hora de Nueva York)"),
    ],
)
def test_a_moment_is_day_clock_and_zone(locale, words):
    assert formatting.moment(VISIT - timedelta(days=1), zone=NEW_YORK, locale=locale, now=NOW) == words


@pytest.mark.parametrize(("days", "words"), [(-2, ""), (-1, "yesterday"), (0, "today"), (1, "tomorrow"), (2, "")])
def test_a_near_day_is_told_from_today(days, words):
    at = NOW + timedelta(days=days)
    assert formatting.relative_day(at, zone=NEW_YORK, locale="en_US", now=NOW) == words


def test_tomorrow_begins_at_the_practices_midnight():
    before, after = (datetime(2026, 3, 1, 4, 59, second, tzinfo=UTC) for second in (0, 59))
    midnight = datetime(2026, 3, 1, 5, 0, tzinfo=UTC)
    assert formatting.relative_day(after, zone=NEW_YORK, locale="en_US", now=before) == "today"
    assert formatting.relative_day(midnight, zone=NEW_YORK, locale="en_US", now=before) == "tomorrow"


@pytest.mark.parametrize(
    ("span", "locale", "words"),
    [
        (timedelta(days=2, hours=4, minutes=59), "en_US", "2 days 4 hours"),
        (timedelta(days=2, hours=4), "es_US", "2 días 4 horas"),
        (timedelta(days=1, minutes=5), "en_US", "1 day"),
        (timedelta(hours=1, minutes=1, seconds=59), "en_DE", "1 hour 1 minute"),
        (timedelta(minutes=12), "en_US", "12 minutes"),
        (timedelta(seconds=59), "en_US", "less than a minute"),
        (timedelta(seconds=-5), "en_US", "less than a minute"),
    ],
)
def test_a_length_has_two_units_and_is_never_rounded_up(span, locale, words):
    assert formatting.length(span, locale=locale) == words


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "words"),
    [
        (2500, "USD", "en_US", "$25.00"),
        (2500, "USD", "es_US", "$25.00"),
        (3000, "EUR", "en_DE", "30,00 €"),
        (3000, "EUR", "es", "30,00 €"),
        (500, "JPY", "en_US", "¥500"),
        (1234567, "USD", "en_US", "$12,345.67"),
    ],
)
def test_money_takes_the_form_of_the_locale(minor, currency, locale, words):
    assert formatting.money(minor, currency=currency, locale=locale) == words


@pytest.mark.parametrize(
    ("number", "country", "words", "link"),
    [
        ("+12125550142", "US", "(212) 555-0142", "tel:+12125550142"),
        ("+493012345678", "DE", "030 12345678", "tel:+493012345678"),
        ("+493012345678", "US", "+49 30 12345678", "tel:+493012345678"),
        ("12", "US", "12", "tel:+112"),
        ("ask for Ada", "US", "ask for Ada", "tel:"),
    ],
)
def test_a_number_is_written_as_at_home(number, country, words, link):
    assert formatting.phone(number, country=country) == words
    assert formatting.phone_link(number, country=country) == link


@pytest.mark.parametrize(
    ("language", "country", "locale"),
    [
        ("en", "US", "en_US"),
        ("en-us", "DE", "en_DE"),
        ("es", "US", "es_US"),
        ("es", "DE", "es"),
        ("en", "JP", "en_150"),
        ("en", "", "en"),
        ("tlh", "", "en_US"),
    ],
)
def test_language_and_country_make_a_locale(language, country, locale):
    assert formatting.locale_for(language, country) == locale


def test_arabic_runs_from_right_to_left():
    assert formatting.direction("ar") == "rtl"
    assert formatting.direction("en_US") == "ltr"
    assert formatting.zone_words(NEW_YORK, "ar") == "توقيت نيويورك"
    assert formatting.day_parts(VISIT, zone=NEW_YORK, locale="ar", now=NOW).month == "مارس"
