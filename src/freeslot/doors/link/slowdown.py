"""Slows wrong proofs down, per link and per address, and never locks anybody out: the wait ends by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest

from freeslot.doors.link.models import Slowdown
from freeslot.scheduling.tokens import keyed_hash
from freeslot.visits.addresses import household_of

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)
# How far the clocks of several machines may be apart; beyond it the clock was set back.
CLOCKS_APART = timedelta(minutes=1)
# A clinic's waiting room may share one address; a link is one person's.
FREE_TRIES = {"link": 3, "find": 3, "others": 3, "address": 20}
# A right proof of one person forgives nothing that was guessed about another.
FORGIVEN = {"link", "find"}


class TooSoon(Exception):
    """Nothing was judged: the next try counts from `until` on."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


@dataclass
class Try:
    """One try that is being judged; `was_wrong` is set by whoever judges it."""

    was_wrong: bool = False


@contextmanager
def one_try(*keys: str, now: datetime) -> Iterator[Try]:
    """Raises TooSoon while any of the keys has to wait; else a wrong try is counted for each of them.

    The rows are locked while the try is judged, so many at once count as many. A right try clears what is its link's.
    An empty key counts for nobody.
    """
    with transaction.atomic():
        rows = _locked(sorted(filter(None, keys)), now)
        until = max((ready_at(row, now=now) for row in rows), default=now)
        if until > now:
            raise TooSoon(until)
        this = Try()
        yield this
        if this.was_wrong:
            for row in rows:
                _count(row, now)
        else:
            Slowdown.objects.filter(key__in=[row.key for row in rows if _kind(row) in FORGIVEN]).delete()


def wrong_tries(key: str, *, now: datetime) -> int:
    row = Slowdown.objects.filter(key=key).first()
    return row.wrong if row and not _is_forgotten(row, now) else 0


def ready_at(row: Slowdown, *, now: datetime) -> datetime:
    """When the next try is judged: after 15, 30, 60 … seconds, at most an hour.

    A clock that was set back holds nobody up: the next try is judged, and counts from then on.
    """
    over = row.wrong - FREE_TRIES[_kind(row)]
    if over < 0 or row.last_at > now + CLOCKS_APART:
        return now
    return row.last_at + min(FIRST_WAIT * (1 << min(over, 10)), LONGEST_WAIT)


def forget_old_slowdowns(*, now: datetime) -> int:
    """A job of the worker."""
    return Slowdown.objects.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()[0]


def link_key(link_id: object) -> str:
    return f"link {link_id}"


def find_key(request: HttpRequest, reference: str) -> str:
    """One reference asked for from one address: nobody can slow down somebody else's search."""
    return f"find {keyed_hash('find', f'{household_of(request)} {reference}')}"


def others_key(patient_id: object) -> str:
    """For proofs of other people, given by whoever came in by this patient's links."""
    return f"others {patient_id}"


def address_key(request: HttpRequest) -> str:
    """Empty where the address is not known: what strangers do must not slow down everybody."""
    household = household_of(request)
    return f"address {household}" if household else ""


def _locked(keys: list[str], now: datetime) -> list[Slowdown]:
    Slowdown.objects.bulk_create([Slowdown(key=key, last_at=now) for key in keys], ignore_conflicts=True)
    return list(Slowdown.objects.select_for_update().filter(key__in=keys).order_by("key"))


def _count(row: Slowdown, now: datetime) -> None:
    row.wrong = 1 if _is_forgotten(row, now) else row.wrong + 1
    row.last_at = now
    row.save(update_fields=["wrong", "last_at"])


def _is_forgotten(row: Slowdown, now: datetime) -> bool:
    return row.last_at < now - FORGOTTEN_AFTER


def _kind(row: Slowdown) -> str:
    return row.key.partition(" ")[0]
