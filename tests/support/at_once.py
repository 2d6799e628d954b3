"""Several acts begun in the same instant, each on a thread with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Given = TypeVar("Given")


def at_once(*acts: Callable[[], Given]) -> list[Given]:
    """What each gave, in their order; an error in one is raised here."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Given]) -> Given:
        try:
            connection.ensure_connection()
            start.wait(30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
