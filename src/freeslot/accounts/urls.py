"""The addresses of django-allauth that have a page of ours: signing in and out, and a forgotten password."""

from allauth.account.urls import urlpatterns as allauth_urlpatterns
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern

OFFERED = {
    "account_login",
    "account_logout",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
}


def not_offered(_request: HttpRequest, **_parts: str) -> HttpResponse:
    """What is left of django-allauth has its stock words, and mails a sign-in name to an address that nobody proved."""
    raise Http404


# They keep their names: django-allauth asks for the addresses of all of its pages.
urlpatterns = [
    each if each.name in OFFERED else URLPattern(each.pattern, not_offered, name=each.name)
    for each in allauth_urlpatterns
]
