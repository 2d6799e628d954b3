"""The small proof that somebody is the patient: a birth year, a birth date or a member number, typed as people type."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import permutations

from babel import Locale
from django.conf import settings

from freeslot.patients.models import Patient

# The oldest person on record reached 122 years.
LONGEST_LIFE = 125
# Good Spanish too, and in no table of names.
ALSO_WRITTEN = [("setiembre", 9)]
_WORDS = re.compile(r"\d+|[^\W\d_]+")
# How the digits of a date that is written in one go may be cut.
_CUTS = {8: ((4, 2, 2), (2, 2, 4)), 7: ((1, 2, 4), (2, 1, 4)), 6: ((2, 2, 2), (4, 1, 1), (1, 1, 4)), 5: ((1, 2, 2),)}


def gives_proof(patient: Patient, typed: Mapping[str, str], *, asked: tuple[str, ...], today: date) -> bool:
    """Whether everything that is `asked` (birth_year, birth_date, member_id) fits the patient, however it was typed."""
    return bool(asked) and all(FITS[name](patient, typed.get(name, ""), today) for name in asked)


def dates_in(text: str, *, today: date) -> set[date]:
    """Every date the text can mean for a birthday: `3/7/48` is 7 March and 3 July of 1948, `070348` either as well."""
    words = _words(text)
    months = {month for word in words if (month := _month(word))}
    numbers = [word for word in words if word.isdigit()]
    if months:
        found = _with_month(months, numbers)
    elif len(numbers) == 1:
        found = _in_one_go(numbers[0])
    else:
        found = _in_any_order(numbers)
    return {each for year, month, day in found for each in _possible(year, month, day, today)}


def years_in(text: str, *, today: date) -> set[int]:
    """Every birth year the text can mean: `1948`, `48`, or the year of a whole date."""
    numbers = [word for word in _words(text) if word.isdigit()]
    if len(numbers) == 1 and len(numbers[0]) in {2, 4}:
        return set(_years(numbers[0], today))
    return {each.year for each in dates_in(text, today=today)}


def _fits_year(patient: Patient, text: str, today: date) -> bool:
    return patient.birth_date.year in years_in(text, today=today)


def _fits_date(patient: Patient, text: str, today: date) -> bool:
    return patient.birth_date in dates_in(text, today=today)


def _fits_member(patient: Patient, text: str, _today: date) -> bool:
    typed = _bare(text)
    return bool(typed) and typed in {_bare(str(each)) for each in patient.member_ids}


FITS = {"birth_year": _fits_year, "birth_date": _fits_date, "member_id": _fits_member}


def _bare(text: str) -> str:
    """Letters and digits alone, in capitals: `m-12 34` is `M1234`."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())


def _words(text: str) -> list[str]:
    """Numbers and words, digits of any script as ASCII, marks of direction and accents gone."""
    plain = unicodedata.normalize("NFKD", text[:80]).casefold()
    ascii_digits = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in plain)
    without_accents = "".join(sign for sign in ascii_digits if not unicodedata.combining(sign))
    return _WORDS.findall(without_accents)


def _month(word: str) -> int:
    """The month a word names in one of our languages, by its name or at least three letters of it; 0 for any other."""
    if word.isdigit() or len(word) < 3:
        return 0
    return next((number for name, number in _month_names() if name.startswith(word)), 0)


@cache
def _month_names() -> list[tuple[str, int]]:
    names = []
    for code, _ in settings.LANGUAGES:
        for number, name in Locale.parse(code).months["format"]["wide"].items():
            names.append(("".join(_words(name)), number))
    return [*names, *ALSO_WRITTEN]


def _with_month(months: set[int], numbers: list[str]) -> Iterator[tuple[str, int, int]]:
    if len(numbers) != 2 or len(months) != 1:
        return
    (month,) = months
    for year, day in permutations(numbers):
        yield year, month, int(day)


def _in_one_go(digits: str) -> Iterator[tuple[str, int, int]]:
    for cut in _CUTS.get(len(digits), ()):
        ends = (cut[0], cut[0] + cut[1])
        yield from _in_any_order([digits[: ends[0]], digits[ends[0] : ends[1]], digits[ends[1] :]])


def _in_any_order(numbers: list[str]) -> Iterator[tuple[str, int, int]]:
    """Day and month stand side by side in every custom; the year comes first or last. After a year in full comes the
    month (ISO 8601), in every custom."""
    if len(numbers) != 3:
        return
    first, middle, last = numbers
    orders = [(first, middle, last), (last, middle, first), (last, first, middle)]
    if len(first) == 2:
        orders.append((first, last, middle))
    for year, month, day in orders:
        if len(year) in {2, 4} and len(month) <= 2 and len(day) <= 2:
            yield year, int(month), int(day)


def _possible(year: str, month: int, day: int, today: date) -> Iterator[date]:
    for each in _years(year, today):
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if found <= today:
            yield found


def _years(text: str, today: date) -> Iterator[int]:
    """Four digits as they stand; two digits of either century that somebody alive may be born in."""
    if len(text) == 4:
        candidates = [int(text)]
    elif len(text) == 2:
        candidates = [century + int(text) for century in (1900, 2000)]
    else:
        return
    yield from (year for year in candidates if today.year - LONGEST_LIFE <= year <= today.year)
