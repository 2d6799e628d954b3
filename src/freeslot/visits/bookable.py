"""Where somebody may book their next visit: at the practices that know them and book online."""

from collections.abc import Iterable
from datetime import datetime

from freeslot.patients.models import Grant
from freeslot.practices.models import Practice
from freeslot.visits.asking import Asker


def bookable_practices(practices: Iterable[Practice], *, asker: Asker, now: datetime) -> list[Practice]:
    """Of the practices of one's visits, by name; without any visit, of those where one may act for a patient."""
    known = set(practices) or _by_grant(asker, now)
    is_signed_in = asker.user_id is not None
    books = (each for each in known if each.books_online(is_signed_in=is_signed_in))
    return sorted(books, key=lambda each: (each.name, each.slug))


def _by_grant(asker: Asker, now: datetime) -> set[Practice]:
    if not asker.user_id:
        return set()
    granted = Grant.objects.filter(Grant.in_force(now), user_id=asker.user_id)
    return set(Practice.objects.filter(pk__in=granted.values("patient__practice_id")))
