"""Remembers the language somebody chose, as Django's own switch does, for pages that may not redirect to themselves."""

from django.conf import settings
from django.http import HttpResponse


def remember_language(response: HttpResponse, code: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
