"""Django's SQLite backend whose writers of one process wait in a fair queue instead of polling the file's lock.

SQLite's busy timeout polls: under load the unlucky wait a hundred times longer than the lucky. A ticket lock in
front of BEGIN IMMEDIATE keeps the order of arrival; writers of other processes are still kept out by SQLite itself.
"""

import threading
from collections import deque
from functools import lru_cache
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class FairLock:
    """A lock that is handed on in the order it was asked for. One per database file and process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._taken = False

    def acquire(self, timeout: float) -> bool:
        """Whether the lock was got within `timeout` seconds."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=timeout):
            return True
        with self._guard:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        return True  # handed over in the moment the patience ended

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_locks: dict[str, FairLock] = {}
_locks_guard = threading.Lock()


def lock_for(path: str) -> FairLock:
    with _locks_guard:
        return _locks.setdefault(path, FairLock())


class Cursor(base.SQLiteCursorWrapper):
    """Turns each text into SQLite's own form once: looking for the marks in a long one costs as much as running it."""

    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return _in_sqlites_form(query)
        return super().convert_query(query, param_names=param_names)


@lru_cache(maxsize=256)
def _in_sqlites_form(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseWrapper(base.DatabaseWrapper):
    """Holds the file's fair lock from BEGIN IMMEDIATE until COMMIT, ROLLBACK or close."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._holds_lock = False

    def create_cursor(self, _name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        patience = float(self.settings_dict["OPTIONS"].get("timeout", 5))
        if not lock_for(str(self.settings_dict["NAME"])).acquire(patience):
            raise OperationalError("database is locked")
        self._holds_lock = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave private names out
        except BaseException:
            self._hand_on()
            raise

    def _commit(self) -> Any:
        # A failed COMMIT leaves the transaction open: Django rolls back next, and that hands the lock on.
        result = super()._commit()  # type: ignore[misc]  # the stubs leave private names out
        self._hand_on()
        return result

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]  # the stubs leave private names out
        finally:
            self._hand_on()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]  # the stubs leave private names out
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        if self._holds_lock:
            self._holds_lock = False
            lock_for(str(self.settings_dict["NAME"])).release()
