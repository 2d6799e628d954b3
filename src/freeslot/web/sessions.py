"""Sessions that never contradict an answer: what was done is done, though the session could not be saved after it."""

import logging

from django.contrib.sessions import middleware
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse

log = logging.getLogger(__name__)


class SessionMiddleware(middleware.SessionMiddleware):
    """Django would answer a cancel that is committed with «bad request» when its session is gone by then.

    What must be in a session before the answer is true is saved by whoever gives that answer.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except (SessionInterrupted, DatabaseError, InterfaceError) as error:
            log.warning("A session was not saved: %s", type(error).__name__)
            return response
