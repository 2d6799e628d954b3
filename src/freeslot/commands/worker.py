"""Runs the worker alone until SIGTERM or Ctrl-C: messages, receipts left over, undo windows that end."""

import argparse
import signal
import threading
from types import FrameType
from typing import NoReturn

from freeslot.commands.parent import stop_with_parent
from freeslot.commands.starting import CannotStart, need_migrations, set_up

SECONDS_TO_STOP = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    from django.db import connection

    from freeslot.events.worker import run_worker

    if connection.vendor == "sqlite":
        raise CannotStart("On SQLite the worker runs inside `freeslot serve`; a worker alone needs PostgreSQL.")
    stop = threading.Event()

    def stop_soon(_signal: int, _frame: FrameType | None) -> None:
        stop.set()  # and take no other lock: the main thread may hold it right now
        signal.alarm(SECONDS_TO_STOP)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, stop_soon)
    signal.signal(signal.SIGALRM, _leave)
    if arguments.parent is not None:
        stop_with_parent(arguments.parent)
    run_worker(stop)
    signal.alarm(0)
    return 0


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Goes in the middle of what takes too long, such as a mail server that is silent; the lease gives it back."""
    raise SystemExit(0)
