"""While work is done on a deployment: every page says so, and that all visits stand as they were."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from freeslot.web.errors import unavailable

RETRY_AFTER = 300
# What a proxy, the page itself and its look are asked for goes on working; so does the worker, and who answers it.
OPEN = ("/healthz", "/readyz", "/metrics", "/style/", "/script/", "/static/", "/texts/reports/")


class MaintenanceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.MAINTENANCE and not request.path_info.startswith(OPEN):
            return unavailable(request, name="maintenance", retry_after=RETRY_AFTER)
        return self.get_response(request)
