"""How every page of a visit is entered: who is asking, for which visit, and what if the database is away."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.answers import see_other
from freeslot.visits.asking import NotAnyMore, asker_for
from freeslot.visits.outages import told_when_away
from freeslot.visits.typed import keep_typed

READS = {"GET", "HEAD"}
# Addresses that only take presses; their buttons stand on the receipt's page.
ONLY_PRESSED = {"undo", "take-back", "release", "resend"}


def visit_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of somebody's visits, `view(request, asker, ref)`: gives it who asks, and the reference as written.

    Nobody known is sent to sign in and comes back; spaces, case and look-alikes in a reference are forgiven.
    """

    @wraps(view)
    def enter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        ref = parse_reference(kwargs["ref"], REFERENCE_PREFIX) if "ref" in kwargs else ""
        try:
            asker = asker_for(request, ref or "")
        except NotAnyMore as over:
            _keep_typed(request)
            return over.answer
        if asker is None:
            return _sign_in_first(request)
        if "ref" not in kwargs:
            return view(request, asker)
        if ref is None:
            raise Http404
        if ref != kwargs["ref"] and request.method in READS:
            return see_other(reverse(_url_name(request), args=[ref]))
        return view(request, asker, ref)

    return told_when_away(enter)


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """What was typed is kept for the one who signs in; the address to come back to holds none of it."""
    _keep_typed(request)
    return see_other(f"{reverse('account_login')}?{urlencode({'next': way_back(request)})}")


def _keep_typed(request: HttpRequest) -> None:
    if request.method == "POST":
        keep_typed(request, at=way_back(request))


def way_back(request: HttpRequest) -> str:
    """The page that was asked for, or the one with the button that was pressed."""
    if _url_name(request) in ONLY_PRESSED and request.resolver_match:
        return reverse("receipt", kwargs=request.resolver_match.kwargs)
    return request.get_full_path() if request.method in READS else request.path


def _url_name(request: HttpRequest) -> str:
    return str(request.resolver_match.view_name) if request.resolver_match else ""
