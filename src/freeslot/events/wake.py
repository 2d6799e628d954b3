"""Wakes the worker the moment a commit leaves work behind; the sweep of every second is only the net below it."""

import logging
import threading

from django.db import Error, connection, transaction

CHANNEL = "freeslot_events"

_woken = threading.Event()
_to_announce = threading.Event()
_announcer_guard = threading.Lock()
_announcers: list[threading.Thread] = []

log = logging.getLogger(__name__)


def wake_after_commit() -> None:
    """Called inside the transaction that writes an event or a message; rolled back, nobody is woken."""
    transaction.on_commit(wake)


def wake() -> None:
    """Wakes the worker of this process, and on PostgreSQL those of other processes.

    NOTIFY takes a lock that all notifying commits share, so it is sent by a thread of its own that folds many into one.
    """
    wake_here()
    if connection.vendor == "postgresql":
        _to_announce.set()
        _start_announcer()


def wake_here() -> None:
    _woken.set()


def wait_for_work(seconds: float) -> bool:
    """Waits until woken or until the time is up; whether there was a call."""
    was_woken = _woken.wait(seconds)
    _woken.clear()
    return was_woken


def _start_announcer() -> None:
    if _announcers and _announcers[0].is_alive():
        return
    with _announcer_guard:
        if not (_announcers and _announcers[0].is_alive()):
            _announcers[:] = [threading.Thread(target=_announce, name="freeslot-notify", daemon=True)]
            _announcers[0].start()


def _announce() -> None:
    while _to_announce.wait(60):
        _to_announce.clear()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"NOTIFY {CHANNEL}")
        except Error as error:  # the sweep finds the work all the same
            log.warning("The worker could not be notified: %s", type(error).__name__)
            connection.close()
    connection.close()
