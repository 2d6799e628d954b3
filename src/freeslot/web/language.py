"""The language of a page: as the browser asks for it, never one it refuses, or as somebody chose and we remember.

Pages that may not redirect to themselves change it without Django's switch.
"""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware import locale
from django.views.i18n import set_language

from freeslot.web.headers import is_right

ASKED = "HTTP_ACCEPT_LANGUAGE"
# RFC 9110, 12.4.2: a weight of 0 is "not acceptable"; Django takes it for the last choice.
_REFUSED = re.compile(r";\s*q=0(?:\.0*)?\s*$", re.IGNORECASE)


class LocaleMiddleware(locale.LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        forget_refused(request)
        super().process_request(request)


def forget_refused(request: HttpRequest) -> None:
    """Takes the languages that the browser refuses out of what it asks for."""
    asked = request.META.get(ASKED, "").split(",")
    request.META[ASKED] = ",".join(each.strip() for each in asked if not _REFUSED.search(each))


def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Django's switch, which leads back to where it was pressed: but never to a link, whose address is a right."""
    response = set_language(request)
    if is_right(urlsplit(response.headers.get("Location", "")).path):
        response.headers["Location"] = "/"
    return response


def remember_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
