"""Keeps what somebody had typed when their session or the page was over before they pressed."""

from collections.abc import Collection
from typing import Any

from django.http import HttpRequest

from freeslot.visits.forms import CancelForm

KEPT = ("reason", "note", "review", "time")
IN_SESSION = "typed"
LONGEST = 12_000
# Of a page about several visits: which were ticked, and what was picked from a list for each.
PICKED, LONGEST_PICKED, MOST_VISITS = ("reason", "review"), 40, 20


def keep_typed(request: HttpRequest, *, at: str = "") -> None:
    """In the session, which signing in keeps; with the address it was typed at, though it be no more than a press, or
    the one to come back to, `at`."""
    typed: dict[str, str | list[str]] = {name: request.POST.get(name, "")[:LONGEST] for name in KEPT}
    visits = [ref[:LONGEST_PICKED] for ref in request.POST.getlist("visit")[:MOST_VISITS]]
    if visits:
        picked = [f"{ref}-{name}" for ref in visits for name in PICKED]
        typed |= {"visit": visits} | {name: request.POST.get(name, "")[:LONGEST_PICKED] for name in picked}
    request.session[IN_SESSION] = {"at": at or request.path, **typed}


def form_with_typed(request: HttpRequest) -> CancelForm:
    """A fresh form with what was typed at this address before, or sent along to be looked at once more."""
    return CancelForm(initial=typed_before(request))


def keep_unsent(request: HttpRequest, names: Collection[str]) -> None:
    """What stood in a form when another button than its own was pressed, raw and as far as it was filled in. Nothing is
    kept of a press that brought none of it."""
    typed = {name: request.POST[name][:LONGEST] for name in names if name in request.POST}
    if typed:
        request.session[IN_SESSION] = {"at": request.path, **typed}


def unsent_before(request: HttpRequest, names: Collection[str]) -> dict[str, str]:
    kept = _kept(request)
    return {name: str(kept[name]) for name in names if name in kept}


def take_along(request: HttpRequest, *, before: str, at: str) -> None:
    """What was typed at one address is shown at another: of a form that goes on there."""
    kept = request.session.get(IN_SESSION, {})
    if kept.get("at") == before:
        request.session[IN_SESSION] = {**kept, "at": at}


def typed_before(request: HttpRequest) -> dict[str, str]:
    """What was typed at this address before, or sent along to be looked at once more."""
    typed = request.POST if request.method == "POST" else _kept(request)
    return {name: str(typed[name]) for name in KEPT if name in typed}


def chosen_before(request: HttpRequest) -> list[str]:
    """The visits that were ticked at this address before."""
    return list(_kept(request).get("visit", []))


def picked_before(request: HttpRequest, ref: str) -> dict[str, str]:
    """What was picked for one of several visits at this address before."""
    kept = _kept(request)
    return {name: str(kept[f"{ref}-{name}"]) for name in PICKED if f"{ref}-{name}" in kept}


def forget_typed(request: HttpRequest) -> None:
    request.session.pop(IN_SESSION, None)


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(IN_SESSION, {})
    return kept if kept.get("at") == request.path else {}
