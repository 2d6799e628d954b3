"""Keeps addresses out of the log: they hold references of visits, and the rights behind links."""

import logging
from typing import Any

UNKNOWN = "(an unknown address)"


class RouteForAddress(logging.Filter):
    """Where a record names the address of its request, the route is named in its place."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", None)
        if path and isinstance(record.args, tuple):
            record.args = tuple(_route(request) if each == path else each for each in record.args)
        return True


def _route(request: Any) -> str:
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else UNKNOWN
