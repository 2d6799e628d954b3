"""Rows that are their own queue: claimed with a lease, given back when the lease ends, tried again with back-off."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q

LEASE = timedelta(seconds=60)
LONGEST_WAIT = timedelta(hours=1)


class Leased(models.Model):
    """What a row needs to be worked on by exactly one worker at a time.

    `done_at` is null until the work is finished for good; `due_at` is when it may be tried next;
    `claimed_until` is the end of the lease of whoever is at it (a killed worker's rows come back then).
    """

    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=64, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def finish(self, now: datetime) -> None:
        type(self)._base_manager.filter(pk=self.pk).update(done_at=now, claimed_until=None, last_error="")

    def put_off(self, now: datetime, *, error: str) -> None:
        """Gives the row back to be tried again after 1, 2, 4 … seconds, at most an hour.

        One whose lease has ended meanwhile gives nothing back: the row is another's now.
        """
        wait = min(timedelta(seconds=2 ** min(self.attempts - 1, 12)), LONGEST_WAIT)
        mine = type(self)._base_manager.filter(pk=self.pk, claimed_until=self.claimed_until, attempts=self.attempts)
        mine.update(due_at=now + wait, claimed_until=None, last_error=error[:64])


Row = TypeVar("Row", bound=Leased)


def is_claimable(now: datetime) -> Q:
    """Due, not finished, and under no lease; a lease that ends later than any lease can was taken by a wrong clock."""
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now) | Q(claimed_until__gt=now + 2 * LEASE)
    return Q(done_at__isnull=True, due_at__lte=now) & unclaimed


def claim_due(rows: "models.QuerySet[Row]", *, now: datetime, most: int) -> list[Row]:
    """Takes a lease on up to `most` due rows, in the order of `rows`, and gives them back as they are now.

    Two workers never get the same row: where the database can (PostgreSQL) rows another worker is looking at are
    skipped; under SQLite's single writer the transaction alone is enough.
    """
    with transaction.atomic():
        candidates = rows.filter(is_claimable(now))
        if connection.features.has_select_for_update_skip_locked:
            candidates = candidates.select_for_update(skip_locked=True, of=("self",))
        claimed = list(candidates[:most])
        rows.model._base_manager.filter(pk__in=[row.pk for row in claimed]).update(
            claimed_until=now + LEASE, attempts=F("attempts") + 1
        )
    for row in claimed:
        row.claimed_until = now + LEASE
        row.attempts += 1
    return claimed
