"""Marks a SQLite file as in use, so that nothing is put in its place under a running server."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO

from freeslot.commands.starting import CannotStart
from freeslot.database.locks import Taken, take

Held = AbstractContextManager[IO[str] | None]


def use_database() -> Held:
    """For as long as pages are served from it. Raises CannotStart while a backup is put in its place."""
    return _held(shared=True, otherwise="A backup is being restored. Start again when that is done.")


def have_database_alone() -> Held:
    """For as long as it is replaced. Raises CannotStart while pages are served from it; PostgreSQL locks by itself."""
    return _held(shared=False, otherwise="Freeslot is running on this database. Stop it first: restoring replaces it.")


def _held(*, shared: bool, otherwise: str) -> Held:
    from django.db import connection

    if connection.vendor != "sqlite":
        return nullcontext()
    path = Path(f"{connection.settings_dict['NAME']}.lock")
    try:
        return take(path, shared=shared)
    except Taken as error:
        raise CannotStart(otherwise) from error
    except OSError as error:
        raise CannotStart(f"{path} cannot be written ({error.strerror}).") from error
