"""Every answer carries a strict policy, and what is private is neither kept nor indexed."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from freeslot.web.headers import HeadersMiddleware

FACTORY = RequestFactory()


def headers(path: str, **own: str) -> dict[str, str]:
    answer = HeadersMiddleware(lambda _request: HttpResponse("", headers=own))(FACTORY.get(path))
    return dict(answer.items())


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_inline():
    policy = headers("/")["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def test_a_view_keeps_its_own_policy():
    assert headers("/demo/outbox/", **{"Content-Security-Policy": "sandbox"})["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(
    "path", ["/m/abc", "/calendar/abc.ics", "/find/", "/appointments/FS-1/", "/accounts/login/", "/desk/"]
)
def test_private_pages_are_not_kept_and_not_indexed(path):
    found = headers(path, **{"Cache-Control": "max-age=60"})
    assert found["Cache-Control"] == "no-store"
    assert found["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("path", ["/", "/p/riverside/", "/more/", "/finders/", "/mm"])
def test_other_pages_may_be_found(path):
    assert "X-Robots-Tag" not in headers(path)


def test_forms_keep_their_origin_and_link_pages_keep_their_token():
    assert headers("/appointments/")["Referrer-Policy"] == "same-origin"
    assert headers("/m/abc")["Referrer-Policy"] == "strict-origin"
    assert headers("/calendar/abc.ics")["Referrer-Policy"] == "strict-origin"


def test_no_page_is_framed_or_sniffed():
    found = headers("/")
    assert (found["X-Frame-Options"], found["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert found["Cross-Origin-Opener-Policy"] == found["Cross-Origin-Resource-Policy"] == "same-origin"
