"""The name of a time zone as people say it: the time of its city."""

from functools import lru_cache

from babel import Locale
from babel.dates import get_timezone_location

from freeslot.web.formatting.locales import data


@lru_cache(maxsize=1024)
def zone_words(zone: str, locale: str) -> str:
    """`New York time`, `hora de Nueva York`. Source: CLDR exemplar cities and region formats of the language."""
    language = data(locale).language
    city = get_timezone_location(zone, locale=data(locale), return_city=True)
    pattern = str(Locale(language).zone_formats["region"])
    if language == "en":  # CLDR writes a title; inside a sentence the word is small
        pattern = "%s time"
    return pattern % city
