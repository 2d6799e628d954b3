"""The headers of every page: what it may load, who may frame it, what may be kept of it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
EVERYWHERE = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: browsers then send `Origin: null` with a form, and Django's CSRF check refuses the press.
    "Referrer-Policy": "same-origin",
}
PRIVATE = ("m", "calendar", "find", "appointments", "accounts", "desk")
# The address holds the right to the visit here, so not even our own pages see it as a referrer; CSRF needs the origin.
RIGHTS = ("m", "calendar")


class HeadersMiddleware:
    """Sits right after SecurityMiddleware; a view that set one of the first headers itself keeps its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        add_headers(request, response)
        return response


def add_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    first = _first(request.path_info)
    if first in RIGHTS:
        response.headers.setdefault("Referrer-Policy", "strict-origin")
    for name, value in EVERYWHERE.items():
        response.headers.setdefault(name, value)
    if first in PRIVATE:
        keep_nothing(response)


def is_right(path: str) -> bool:
    """Whether the address is itself a right, to be repeated nowhere."""
    return _first(path) in RIGHTS


def _first(path: str) -> str:
    return path.lstrip("/").split("/", 1)[0]


def keep_nothing(response: HttpResponseBase | HttpResponse) -> None:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
