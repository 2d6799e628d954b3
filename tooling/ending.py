"""Sees that nothing which a script starts outlives it, however the script ends."""

import ctypes
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

_ON_PARENTS_DEATH = 1


def interrupt_on_signals() -> None:
    """A request to end becomes a KeyboardInterrupt, also where the shell had Ctrl-C ignored."""
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, _interrupt)


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def end_with_parent(how: signal.Signals) -> Callable[[], None] | None:
    """What a new process runs first, so that Linux sends it `how` even when its parent is killed outright."""
    if not sys.platform.startswith("linux"):
        return None
    set_option = ctypes.CDLL(None).prctl
    return lambda: set_option(_ON_PARENTS_DEATH, how)
