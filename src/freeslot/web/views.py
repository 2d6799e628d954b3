"""Serves the stylesheet of a brand and the script, without a database, to be kept for a year."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from freeslot.web.script import script
from freeslot.web.stylesheet import Text, stylesheet

A_YEAR = "public, max-age=31536000, immutable"
OTHER_RELEASE = "no-cache"


@require_safe
def style(request: HttpRequest, colour: str, digest: str) -> HttpResponse:
    """A hash of another release gets today's text, unkept: a page open during an update must not stand bare."""
    try:
        text = stylesheet(f"#{colour}")
    except ValueError as error:
        raise Http404 from error
    return _answer(request, text, digest, "text/css; charset=utf-8")


@require_safe
def page_script(request: HttpRequest, digest: str) -> HttpResponse:
    return _answer(request, script(), digest, "text/javascript; charset=utf-8")


def _answer(request: HttpRequest, text: Text, digest: str, content_type: str) -> HttpResponse:
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(text.gzipped if zipped else text.body, content_type=content_type)
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response.headers["Cache-Control"] = A_YEAR if digest == text.digest else OTHER_RELEASE
    response.headers["ETag"] = f'"{text.digest}"'
    return response
