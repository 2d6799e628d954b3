"""What a page of booking says when the database fails: that nothing is booked yet, or that we do not know."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown, note_failure
from freeslot.web.errors import unavailable
from freeslot.web.headers import keep_nothing

SECONDS_UNTIL_NEXT_LOOK = 10
NOT_KEPT = "csrfmiddlewaretoken"

View = Callable[..., HttpResponse]


def told_when_away(view: View) -> View:
    """Answers a view's database errors with 503; what was typed goes along with the next try."""

    @wraps(view)
    def tell(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except OutcomeUnknown as error:
            note_failure(error)
            return _answer(request, "booking/unknown.html")
        except (NotSaved, DatabaseError, InterfaceError) as error:
            note_failure(error)
            if request.method != "POST":
                return unavailable(request, again=request.get_full_path())
            return _answer(request, "booking/away.html")

    return tell


def _answer(request: HttpRequest, template: str) -> HttpResponse:
    sent = [(name, value) for name, values in request.POST.lists() if name != NOT_KEPT for value in values]
    context = {"sent": sent, "press": request.path, "seconds": SECONDS_UNTIL_NEXT_LOOK}
    response = render(request, template, context, status=503)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_NEXT_LOOK)
    keep_nothing(response)
    return response
