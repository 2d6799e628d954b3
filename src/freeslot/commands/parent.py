"""Ends a process soon after the one that started it is gone, however that one went."""

import os
import signal
import threading
import time

LOOK_EVERY = 0.5


def stop_with_parent(parent: int | None = None) -> None:
    """Has this process stopped as by SIGTERM within a second of its parent's end (`parent`: the expected one's id)."""
    expected = os.getppid() if parent is None else parent
    threading.Thread(target=_watch, args=[expected], name="freeslot-parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os.kill(os.getpid(), signal.SIGKILL)
