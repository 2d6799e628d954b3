"""Every address of the project, collected from the project itself, and to whom each one is open."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, URLResolver, get_resolver

# Lists and forms of one's own: to nobody known they are a door, not a page.
OWN = frozenset({"appointments/", "appointments/together/", "calendar/", "calendar/stop/"})
# Open to all, with what a GET by somebody unknown answers.
PUBLIC = {
    "healthz": 200,
    "readyz": 503,
    "metrics": 200,
    "i18n/setlang/": 302,
    "accounts/login/": 200,
    "accounts/logout/": 302,
    "accounts/inactive/": 404,
    "accounts/signup/": 200,
    "accounts/reauthenticate/": 404,
    "accounts/email/": 404,
    "accounts/confirm-email/": 404,
    "accounts/password/change/": 404,
    "accounts/password/set/": 404,
    "accounts/password/reset/": 200,
    "accounts/login/code/confirm/": 404,
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": 404,
    "accounts/password/reset/key/done/": 200,
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": 200,
    "accounts/password/reset/done/": 200,
    r"^style/(?P<colour>[0-9a-f]{6})-(?P<digest>[0-9a-f]{10})\.css$": 200,
    "script/<slug:digest>.js": 200,
    "receipts/verify/": 200,
    ".well-known/jwks.json": 200,
    "texts/reports/": 405,
    "m/": 404,
    "m/close/": 303,
    "m/others/": 403,
    "find/": 200,
    "": 200,
    "p/<slug:slug>/": 200,
    "p/<slug:slug>/book/": 200,
    "p/<slug:slug>/book/times/": 422,
    "p/<slug:slug>/book/<uuid:checkout_id>/": 404,
    "sitemap.xml": 200,
    "robots.txt": 200,
    "app/": 200,
    "desk/": 200,
}
_PART = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def routes() -> list[str]:
    """Each route as it is written."""
    return [route for route, _name in _inside(get_resolver(), "")]


def view_name(route: str) -> str:
    return dict(_inside(get_resolver(), ""))[route]


def _inside(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _inside(each, route)
        elif isinstance(each, URLPattern):
            yield route, each.name or ""


def kind_of(route: str) -> str:
    """`visit`, `link`, `feed`, `own`, `public`; empty for an address that nobody has thought about yet."""
    parts = {found[1] or found[2] for found in _PART.finditer(route)}
    for part, kind in (("ref", "visit"), ("token", "link"), ("secret", "feed")):
        if part in parts:
            return kind
    if route in OWN:
        return "own"
    return "public" if route in PUBLIC else ""


def filled(route: str, parts: Mapping[str, str]) -> str:
    """The route with its parts filled in. Raises KeyError for a part that the walk does not know."""
    plain = _PART.sub(lambda found: parts[found[1] or found[2]], route)
    return "/" + plain.replace("^", "").replace("\\.", ".").replace("$", "")
