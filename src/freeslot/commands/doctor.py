"""Checks every invariant of the data and says each breach in a sentence; exit code 1 when there is one."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from freeslot.commands.starting import need_migrations, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    from django.utils import timezone

    found = 0
    with one_moment():
        for breach in breaches(now=timezone.now()):
            say(breach)
            found += 1
    if found:
        return 1
    say("All is well: every invariant holds.")
    return 0


def breaches(*, now: datetime) -> Iterator[str]:
    """What every invariant named in settings finds."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    for path in settings.FREESLOT_INVARIANTS:
        yield from import_string(path)(now=now)


@contextmanager
def one_moment() -> Iterator[None]:
    """Lets a live database be read as it is at one moment, without holding up anybody who writes."""
    from django.db import DEFAULT_DB_ALIAS, connections, transaction

    connection = connections[DEFAULT_DB_ALIAS]  # itself: what is set on Django's proxy stays there
    if connection.in_atomic_block:
        yield
        return
    connection.ensure_connection()  # connecting sets the mode anew
    held = vars(connection)
    mode = held.get("transaction_mode")
    if connection.vendor == "sqlite":
        held["transaction_mode"] = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        held["transaction_mode"] = mode
