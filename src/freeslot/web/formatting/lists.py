"""Several things in one breath: `$25.00 and 30,00 €`, in the words of the locale."""

from collections.abc import Sequence

from babel.lists import format_list

from freeslot.web.formatting.locales import data


def listed(parts: Sequence[str], *, locale: str) -> str:
    return str(format_list(list(parts), locale=data(locale)))
