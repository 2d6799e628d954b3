"""What a database was made to write, seen from outside the processes that serve it."""

import hashlib
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Model

from freeslot.audit.models import AuditRow
from freeslot.scheduling.models import ManageLink

BETWEEN_LOOKS = 0.02
# A commit that begins SQLite's log anew may be seen twice; requests that wrote would be seen over and over.
ONE_COMMIT = 0.5
COUNTED = {"opened", "opened_at"}


@dataclass
class Writes:
    """By the database's own counters: on PostgreSQL rows written, on SQLite commits, two of them a second at most."""

    seen: int = 0

    def unexplained(self) -> int:
        """Those that the written-down counts of reads do not explain: two rows a link, one commit each time."""
        counted = AuditRow.objects.filter(action="link.opened")
        times = counted.values("at").distinct().count()
        return self.seen - (2 * counted.count() if connection.vendor == "postgresql" else times)


@contextmanager
def watched_writes() -> Iterator[Writes]:
    writes = Writes()
    if connection.vendor == "postgresql":
        before = _rows_written()
        yield writes
        writes.seen = _rows_written() - before
        return
    ends = threading.Event()
    watching = threading.Thread(target=_count_commits, args=(writes, ends))
    watching.start()
    try:
        yield writes
    finally:
        ends.set()
        watching.join()


def _rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")
        return int(cursor.fetchone()[0])


def _count_commits(writes: Writes, ends: threading.Event) -> None:
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as watcher:
        look = "PRAGMA data_version"
        version = watcher.execute(look).fetchone()
        while not ends.wait(BETWEEN_LOOKS):
            if watcher.execute(look).fetchone() != version:
                writes.seen += 1
                ends.wait(ONE_COMMIT)
                version = watcher.execute(look).fetchone()


def fingerprints() -> dict[str, str]:
    """Of each table's content, the counts of reads left out: two that are equal differ in nothing else."""
    return {model._meta.db_table: _fingerprint(model) for model in apps.get_models()}


def _fingerprint(model: type[Model]) -> str:
    rows = model._default_manager.order_by("pk")
    names = [field.attname for field in model._meta.concrete_fields]
    if model is AuditRow:
        rows = rows.exclude(action="link.opened")
    if model is ManageLink:
        names = [name for name in names if name not in COUNTED]
    digest = hashlib.sha256()
    for row in rows.values_list(*names):
        digest.update(repr(row).encode())
    return digest.hexdigest()
