"""Keeps a practice's name and colour around the sign-in pages of somebody who came from its portal."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone

from freeslot.practices.models import Practice
from freeslot.visits.frames import frame_for
from freeslot.web.frame import set_frame

# Sign-in, recovery and the like are django-allauth's, whose addresses are all named so.
SIGN_IN = "account_"


class SignInBrandMiddleware:
    """Reads the practice from `next`, where the visitor comes from or goes to; a visit's address names none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        match = request.resolver_match
        if match and match.view_name.startswith(SIGN_IN) and (slug := practice_in(_next(request))):
            practice = Practice.objects.filter(slug=slug).first()
            if practice:
                set_frame(request, frame_for(practice, timezone.now()))


def practice_in(address: str) -> str:
    """The slug in `/p/SLUG/…` or `/appointments/?practice=SLUG`; empty when the address names no practice."""
    try:
        parts = urlsplit(address)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return ""
    if "slug" in match.kwargs:
        return str(match.kwargs["slug"])
    return parse_qs(parts.query).get("practice", [""])[0]


def _next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or ""
