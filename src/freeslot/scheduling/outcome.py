"""Whether a change that failed may have happened all the same: told apart here, for every door.

An error before the COMMIT means that nothing was changed. An error in the COMMIT itself may have come after the change
was made (a connection lost while waiting for the answer). And PostgreSQL can answer a COMMIT with success and a warning
that it stopped waiting for its standby: then a fail-over may still forget the change.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)

# What SQLite answers a COMMIT with when it has taken nothing: SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL.
REFUSED_BY_SQLITE = {5, 6, 13}
# PostgreSQL's classes of errors after which a COMMIT may have happened: connection, operator intervention; and
# «statement completion unknown».
UNSURE_CLASSES, UNSURE = {"08", "57"}, "40003"
WAITS_FOR_STANDBY = "SyncRepWaitForLSN"


class NotSaved(Exception):
    """Nothing was changed: the database failed before the change was committed."""


class OutcomeUnknown(Exception):
    """The change may or may not have been made."""


@contextmanager
def telling_what_was_saved() -> Iterator[None]:
    """Around one operation. Raises NotSaved or OutcomeUnknown in place of the database's own errors."""
    warnings: list[str] = []
    try:
        with _hearing_warnings(warnings):
            yield
    except (DatabaseError, InterfaceError) as error:
        raise (OutcomeUnknown if may_have_committed(error) else NotSaved)(_code(error)) from error
    if WAITS_FOR_STANDBY in warnings:
        raise OutcomeUnknown(WAITS_FOR_STANDBY)


def may_have_committed(error: BaseException) -> bool:
    """Only an error of the COMMIT can; and not one by which the database says that it has refused it."""
    if not _came_from_commit(error):
        return False
    cause = error.__cause__
    if connection.vendor == "sqlite":
        return getattr(cause, "sqlite_errorcode", None) not in REFUSED_BY_SQLITE
    state = getattr(cause, "sqlstate", None)
    return state is None or state[:2] in UNSURE_CLASSES or state == UNSURE


def _came_from_commit(error: BaseException) -> bool:
    """Django gives such an error no mark of its own, but it passes through the wrapper's `_commit`."""
    return any(frame.f_code.co_name == "_commit" for frame, _ in traceback.walk_tb(error.__traceback__))


@contextmanager
def _hearing_warnings(warnings: list[str]) -> Iterator[None]:
    """Collects where in PostgreSQL's source its warnings come from: their words are in the server's language."""

    def hear(diagnostic: Any) -> None:
        warnings.append(diagnostic.source_function or "")

    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    raw.add_notice_handler(hear)
    try:
        yield
    finally:
        raw.remove_notice_handler(hear)


def note_failure(error: NotSaved | OutcomeUnknown | DatabaseError | InterfaceError) -> None:
    """Into the log, without the traceback and without a database's own message: either can quote what was typed."""
    named = error if isinstance(error, NotSaved | OutcomeUnknown) else type(error).__name__
    said = "Whether a press was saved is not known" if isinstance(error, OutcomeUnknown) else "The database failed"
    log.error("%s: %s", said, named)


def _code(error: BaseException) -> str:
    """What may be written to a log: never the message, which can quote what somebody typed."""
    cause = error.__cause__
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None) or type(error).__name__)
