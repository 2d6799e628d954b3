"""The worker: does what is due, waits to be woken or for a second, and begins again."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from django.conf import settings
from django.db import Error, close_old_connections, connection
from django.utils.module_loading import import_string

from freeslot.events.models import Heartbeat
from freeslot.events.wake import CHANNEL, wait_for_work, wake_here

SWEEP_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass
class Job:
    """`run(now=…)` gives back how much it did; it is run again at once while there is more."""

    run: Callable[..., int]
    every: timedelta
    next_at: datetime | None = None


def jobs() -> list[Job]:
    """The worker's jobs as named in settings: (dotted path, seconds between two runs)."""
    return [Job(import_string(path), timedelta(seconds=seconds)) for path, seconds in settings.FREESLOT_JOBS]


def run_worker(stop: threading.Event) -> None:
    """Works until `stop` is set. A failing job is logged and tried at its next turn; the others go on."""
    listener = _start_listener(stop)
    todo = jobs()
    while not stop.is_set():
        busy = run_jobs(todo, now=datetime.now(UTC))
        close_old_connections()
        if not busy:
            wait_for_work(SWEEP_SECONDS)
    if listener:
        listener.join(timeout=2)
    connection.close()


def run_jobs(todo: list[Job], *, now: datetime) -> int:
    """Runs each job that is due once; how much all of them did."""
    return sum(
        _run(job, now) for job in todo if job.next_at is None or now >= job.next_at or _clock_was_set_back(job, now)
    )


def _clock_was_set_back(job: Job, now: datetime) -> bool:
    return job.next_at is not None and job.next_at - now > job.every


def _run(job: Job, now: datetime) -> int:
    job.next_at = now + job.every
    try:
        return job.run(now=now)
    except Exception:
        log.exception("A job of the worker failed and will be tried again.")
        connection.close()
        time.sleep(0.2)
        return 0


def beat(*, now: datetime) -> int:
    """Leaves a sign of life for /readyz."""
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": now})
    return 0


def _start_listener(stop: threading.Event) -> threading.Thread | None:
    """On PostgreSQL, listens for the NOTIFY of other processes on a connection of its own."""
    if connection.vendor != "postgresql":
        return None
    thread = threading.Thread(target=_listen, args=[stop], name="freeslot-listen", daemon=True)
    thread.start()
    return thread


def _listen(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection.ensure_connection()
            raw = connection.connection
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            while not stop.is_set():
                for _ in raw.notifies(timeout=1.0, stop_after=1):
                    wake_here()
        except (Error, psycopg.Error) as error:
            log.warning("The connection that listens for work was lost: %s", type(error).__name__)
            stop.wait(1)
        finally:
            connection.close()
