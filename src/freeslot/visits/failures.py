"""A view whose database fails is answered with 503: by what its own pages say where nothing was saved, or who knows."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown, note_failure

SECONDS_UNTIL_NEXT_LOOK = 10
# What the form that tries again gives of its own.
MADE_ANEW = {"csrfmiddlewaretoken", "tried"}

View = Callable[..., HttpResponse]


def answering_failures(view: View, *, away: View, unknown: View) -> View:
    """`away` answers what failed before the commit, `unknown` a commit that was lost sight of; both are called as the
    view was."""

    @wraps(view)
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            return view(request, **named)
        except OutcomeUnknown as error:
            note_failure(error)
            return unknown(request, **named)
        except (NotSaved, DatabaseError, InterfaceError) as error:
            note_failure(error)
            return away(request, **named)

    return answer


def failure_page(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """Says in how many seconds to look again, and where the press can be sent again with all that was sent."""
    sent = [(name, value) for name, values in request.POST.lists() if name not in MADE_ANEW for value in values]
    known = {"press": request.path, "sent": sent, "seconds": SECONDS_UNTIL_NEXT_LOOK, **context}
    response = render(request, template, known, status=503)
    response.headers["Retry-After"] = str(SECONDS_UNTIL_NEXT_LOOK)
    return response
