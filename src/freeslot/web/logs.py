"""Keeps out of the log what is a person's: addresses with references and rights, rows that a database quotes."""

import logging
import re
from http import HTTPStatus
from typing import Any

from django.conf import settings

UNKNOWN = "(an unknown address)"
# PostgreSQL adds the row that failed, or the values of the statement, to its errors; they may run over many lines.
QUOTED = re.compile(r"^(?:DETAIL|CONTEXT): .*?(?=^\n(?:The above|During handling)|\Z)", re.MULTILINE | re.DOTALL)


class RouteForAddress(logging.Filter):
    """Where a record names the address of its request, the route is named in its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            record.args = tuple(_route(request) if each == path else each for each in record.args)
        return True


class WithoutTraceback(logging.Filter):
    """For what a stranger sends and no line of ours causes, such as a host that is not served here."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = record.exc_text = None
        return True


class OnlyNews(logging.Filter):
    """Without a 503 while every page says so, or where a machine asks whether we are ready, as from the first second
    on."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_asked = getattr(getattr(record, "request", None), "path", "") == "/readyz"
        is_expected = settings.MAINTENANCE or is_asked
        return not (is_expected and getattr(record, "status_code", 0) == HTTPStatus.SERVICE_UNAVAILABLE)


class WithoutDetail(logging.Formatter):
    """Tracebacks without what a database quotes in its errors."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  the name is logging's
        return QUOTED.sub("DETAIL: left out\n", super().formatException(ei)).rstrip("\n")


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else UNKNOWN
