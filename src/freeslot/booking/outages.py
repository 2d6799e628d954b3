"""What a page of booking says when the database fails: that nothing is booked yet, or that we do not know."""

from django.http import HttpRequest, HttpResponse

from freeslot.visits.failures import View, answering_failures, failure_page
from freeslot.web.errors import unavailable
from freeslot.web.headers import keep_nothing


def told_when_away(view: View) -> View:
    """Answers a view's database errors with 503; what was typed goes along with the next try."""
    return answering_failures(view, away=_away, unknown=_unknown)


def _away(request: HttpRequest, **_named: object) -> HttpResponse:
    if request.method != "POST":
        return unavailable(request, again=request.get_full_path())
    return _answer(request, "booking/away.html")


def _unknown(request: HttpRequest, **_named: object) -> HttpResponse:
    return _answer(request, "booking/unknown.html")


def _answer(request: HttpRequest, template: str) -> HttpResponse:
    response = failure_page(request, template, {})
    keep_nothing(response)
    return response
