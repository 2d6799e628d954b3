"""An address that is asked in a way it does not take answers with a page that leads on, where Django's is empty."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from freeslot.web.errors import not_allowed


class NotAllowedMiddleware:
    """Sits innermost: the page is drawn with all that a view's own would have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method == "HEAD":
            return response
        page = not_allowed(request)
        page.headers["Allow"] = response.headers["Allow"]
        return page
