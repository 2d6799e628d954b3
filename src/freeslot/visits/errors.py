"""What a page says when it cannot be shown; a lost form keeps what was typed in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from freeslot.visits import snapshot
from freeslot.visits.typed import KEPT
from freeslot.web import errors
from freeslot.web.frame import set_frame
from freeslot.web.headers import keep_nothing

# Nobody has a visit there yet, of which it could be said how it stands.
BOOKING = {"book", "book_times", "checkout"}
bad_request = errors.bad_request
server_error = errors.server_error


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return errors.forbidden(request, exception, sign_in=reverse("account_login"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The way to the reader's own list is the same for everyone, so it tells nothing of what is at the address."""
    return errors.not_found(request, exception, mine=reverse("appointments"))


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  Django hands it over by this name
    return errors.too_many(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nothing was changed. A cancel or move page can be opened again with all that was typed: a look, not a press."""
    match = request.resolver_match
    if match is None or match.view_name not in {"cancellation", "move"}:
        return errors.csrf_failure(request, reason, is_booking=match is not None and match.view_name in BOOKING)
    now = timezone.now()
    known: dict[str, object] = {"again": request.path}
    known["typed"] = [(name, request.POST.get(name, "")) for name in KEPT]
    if seen := snapshot.read(request.POST.get("seen", ""), ref=match.kwargs["ref"]):
        set_frame(request, seen.frame(now))
        known["card"] = seen.card(now)
    response = render(request, "visits/expired.html", known, status=403)
    keep_nothing(response)
    return response
