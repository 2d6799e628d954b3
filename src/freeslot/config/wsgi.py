"""The web application for any WSGI server; a body larger than anything a page sends is refused."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import get_language_from_request, override

from freeslot.config.preload import load_templates, load_views
from freeslot.web.errors import too_large
from freeslot.web.headers import add_headers
from freeslot.web.language import forget_refused

LARGEST_BODY = 2 * 1024 * 1024
# Up to here it is read and forgotten, since a browser shows no answer while it still sends.
WORTH_READING = 64 * 1024 * 1024
PIECE = 64 * 1024

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_body_limit(application: Application) -> Application:
    def limited(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) <= LARGEST_BODY:
            return application(environ, start_response)
        if length.isdigit() and int(length) <= WORTH_READING:
            _read_away(environ["wsgi.input"])
        page = _refusal(WSGIRequest(environ))
        headers = [*page.items(), ("Content-Length", str(len(page.content)))]
        start_response("413 Content Too Large", headers)
        return [page.content]

    return limited


def _refusal(request: HttpRequest) -> HttpResponse:
    """With the headers of every page, in the reader's language: no middleware has seen this request."""
    forget_refused(request)
    with override(get_language_from_request(request)):
        response = too_large(request)
    add_headers(request, response)
    return response


def _read_away(body: Any) -> None:
    while body.read(PIECE):
        pass


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeslot.config.settings")
application = with_body_limit(get_wsgi_application())
# Only now are the models there to be imported.
import_string("freeslot.doors.link.hits.write_from_here")()
load_views()
load_templates()
