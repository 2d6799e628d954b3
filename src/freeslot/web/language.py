"""Remembers the language somebody chose; pages that may not redirect to themselves do it without Django's switch."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.i18n import set_language

from freeslot.web.headers import is_right


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
