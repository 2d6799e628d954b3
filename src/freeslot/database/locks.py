"""Locks on files that end with the process that holds them, however it ends."""

import fcntl
from pathlib import Path
from typing import IO


class Taken(Exception):
    """Another process holds the lock."""


def take(path: Path, *, shared: bool = False) -> IO[str]:
    """The open lock, to be kept and closed; `shared` goes together with other shared ones. Raises Taken or OSError."""
    lock = path.open("a", encoding="utf-8")
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise Taken(str(path)) from error
    return lock
