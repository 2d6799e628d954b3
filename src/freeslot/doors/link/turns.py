"""Keeps patients' pages quick while mail scanners read links: a stranger's read of a link waits for its turn.

Threads share one processor at a time, so each page made beside another makes both slower. Reads of links by browsers
that bring no session are made one at a time, and only while no other page is being made; none waits for long.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

LONGEST_WAIT = 0.25
LINK_DOOR = "/m/"
READS = {"GET", "HEAD"}


class Turns:
    """Who makes a page in this process just now."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._others = 0
        self._readers = 0

    @contextmanager
    def at_once(self) -> Iterator[None]:
        with self._changed:
            self._others += 1
        try:
            yield
        finally:
            with self._changed:
                self._others -= 1
                self._changed.notify_all()

    @contextmanager
    def after_others(self) -> Iterator[None]:
        """Waits until nobody makes a page, or until it has waited long enough."""
        with self._changed:
            self._changed.wait_for(self._is_free, LONGEST_WAIT)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    def _is_free(self) -> bool:
        return not self._others and not self._readers


class TurnsMiddleware:
    """Sits before everything that asks the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.turns = Turns()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with self.turns.after_others() if is_strangers_read(request) else self.turns.at_once():
            return self.get_response(request)


def is_strangers_read(request: HttpRequest) -> bool:
    """As scanners ask, and everybody who opens a link for the first time."""
    is_read = request.method in READS and request.path_info.startswith(LINK_DOOR)
    return is_read and settings.SESSION_COOKIE_NAME not in request.COOKIES
