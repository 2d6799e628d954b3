"""What a page says when it cannot be shown: in the practice's frame where the visit may be known, else in ours."""

from django.http import HttpRequest, HttpResponse

from freeslot.web import errors

bad_request = errors.bad_request
forbidden = errors.forbidden
not_found = errors.not_found
server_error = errors.server_error


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's form
    return errors.too_many(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return errors.csrf_failure(request, reason)
