"""Who is asking for a visit's pages, and in whose frame they are drawn: each door answers for itself."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string

from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.answers import see_other


@dataclass(frozen=True)
class Asker:
    """Someone whose right to ask is proved. `frame` is the template their door draws around the pages."""

    actor: Actor
    door: Door
    frame: str


@cache
def doors() -> tuple[Callable[[HttpRequest], Asker | None], ...]:
    """The doors' own answers, named in settings so that nothing is imported upwards."""
    return tuple(import_string(path) for path in settings.FREESLOT_DOORS)


def asker_for(request: HttpRequest) -> Asker | None:
    """The first door's answer; None when no door knows who this is."""
    return next((asker for door in doors() if (asker := door(request))), None)


def asked(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view of somebody's visits, `view(request, asker, ref)`: gives it who asks, and the reference as written.

    Nobody known is sent to sign in and comes back; spaces, case and look-alikes in a reference are forgiven.
    """

    @wraps(view)
    def ask(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        asker = asker_for(request)
        if asker is None:
            return see_other(f"{reverse('account_login')}?{urlencode({'next': way_back(request)})}")
        if "ref" not in kwargs:
            return view(request, asker)
        ref = parse_reference(kwargs["ref"], REFERENCE_PREFIX)
        if ref is None:
            raise Http404
        if ref != kwargs["ref"] and request.method in READS:
            return see_other(reverse(url_name(request), args=[ref]))
        return view(request, asker, ref)

    return ask


READS = {"GET", "HEAD"}
# Addresses that only take presses; their buttons stand on the receipt's page.
ONLY_PRESSED = {"undo", "release", "resend"}


def way_back(request: HttpRequest) -> str:
    """Where to come back to after signing in: the page that was asked for, or the one with the button."""
    if url_name(request) in ONLY_PRESSED and request.resolver_match:
        return reverse("receipt", kwargs=request.resolver_match.kwargs)
    return request.get_full_path() if request.method in READS else request.path


def url_name(request: HttpRequest) -> str:
    return str(request.resolver_match.view_name) if request.resolver_match else ""
