"""The worker as a thread of the web process: how a practice on SQLite runs with nothing else to start."""

import atexit
import logging
import threading

from freeslot.events.wake import wake_here
from freeslot.events.worker import run_worker

SECONDS_TO_STOP = 4
PAUSE_BEFORE_RESTART = 1.0

log = logging.getLogger(__name__)


def start_worker() -> None:
    """Starts it; it ends, with what it has at hand finished, when the process does."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep_working, args=[stop], name="freeslot-worker", daemon=True)
    thread.start()
    atexit.register(_stop, stop, thread)


def _keep_working(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            run_worker(stop)
        except Exception:
            log.exception("The worker failed and is started again.")
            stop.wait(PAUSE_BEFORE_RESTART)


def _stop(stop: threading.Event, thread: threading.Thread) -> None:
    stop.set()
    wake_here()
    thread.join(SECONDS_TO_STOP)
