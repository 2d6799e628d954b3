"""Answers when a page cannot be shown: what is known of the visit, whom to call; a 404 tells nothing of any visit."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from freeslot.web.frame import frame_of
from freeslot.web.headers import keep_nothing
from freeslot.web.static_error import standalone

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django hands it over by this name
    return error_page(request, status=400, name="400")


def forbidden(request: HttpRequest, exception: Exception | None = None, *, sign_in: str = "") -> HttpResponse:  # noqa: ARG001  Django hands it over by this name
    return error_page(request, status=403, name="403", sign_in=sign_in)


def not_found(request: HttpRequest, exception: Exception | None = None, *, mine: str = "") -> HttpResponse:  # noqa: ARG001  Django hands it over by this name
    return error_page(request, status=404, name="404", come_back_to="/", mine=mine)


def not_allowed(request: HttpRequest) -> HttpResponse:
    return error_page(request, status=405, name="405", come_back_to="/")


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(request, status=413, name="413")


def too_many(request: HttpRequest) -> HttpResponse:
    return error_page(request, status=429, name="429")


def server_error(request: HttpRequest) -> HttpResponse:
    """When even the template fails, the page that needs nothing but itself."""
    try:
        return error_page(request, status=500, name="500")
    except Exception:  # noqa: BLE001 - whatever broke the page may break this one too
        return HttpResponse(standalone(500), status=500)


def unavailable(request: HttpRequest, *, name: str = "503", retry_after: int = 30, again: str = "") -> HttpResponse:
    """503, or `maintenance`; the visit stands as it was."""
    response = error_page(request, status=503, name=name, again=again)
    response.headers["Retry-After"] = str(retry_after)
    return response


def csrf_failure(request: HttpRequest, reason: str = "", *, is_booking: bool = False) -> HttpResponse:  # noqa: ARG001  said to the log, not to the reader
    return error_page(request, status=403, name="csrf", is_booking=is_booking)


def error_page(request: HttpRequest, *, status: int, name: str, **context: object) -> HttpResponse:
    """Stands in the frame that the door had set before things went wrong; `pressed` when something was being sent."""
    known = {"frame": frame_of(request), "pressed": request.method not in SAFE, **context}
    response = HttpResponse(render_to_string(f"web/errors/{name}.html", known, request=request), status=status)
    keep_nothing(response)
    return response
