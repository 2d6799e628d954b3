"""Which locale a reader's language and a practice's country make together, such as es_US or en_DE."""

from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages


def locale_for(language: str, country: str) -> str:
    """The locale's name; where the pair has no data of its own, the language as the country's region writes it."""
    language = language.replace("-", "_").split("_")[0].lower() or "en"
    for name in (f"{language}_{country.upper()}", *_neighbours(language, country), language):
        if _known(name):
            return name
    return "en_US"


def direction(locale: str) -> Literal["ltr", "rtl"]:
    return "rtl" if data(locale).text_direction == "rtl" else "ltr"


def speaks_twelve_hours(locale: str) -> bool:
    return "a" in str(data(locale).time_formats["short"].pattern)


@lru_cache(maxsize=64)
def data(locale: str) -> Locale:
    return Locale.parse(locale)


def _neighbours(language: str, country: str) -> tuple[str, ...]:
    """English is written with a 24-hour clock where the country's own language is."""
    if language != "en":
        return ()
    tongues = get_official_languages(country.upper(), regional=True) if country else ()
    own = [name for name in (f"{tongue}_{country.upper()}" for tongue in tongues) if _known(name)]
    return ("en_150",) if own and not any(speaks_twelve_hours(name) for name in own) else ()


@lru_cache(maxsize=256)
def _known(name: str) -> bool:
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return False
    return True
