"""Keeps what somebody had typed when their session or the page was over before they pressed."""

from django.http import HttpRequest

from freeslot.visits.forms import CancelForm

KEPT = ("reason", "note", "review")
IN_SESSION = "typed"
LONGEST = 12_000


def keep_typed(request: HttpRequest) -> None:
    """In the session, which signing in keeps; with the address it was typed at, though it be no more than a press."""
    typed = {name: request.POST.get(name, "")[:LONGEST] for name in KEPT}
    request.session[IN_SESSION] = {"at": request.path, **typed}


def form_with_typed(request: HttpRequest) -> CancelForm:
    """A fresh form with what was typed at this address before, or sent along to be looked at once more."""
    typed = request.POST if request.method == "POST" else _kept(request)
    return CancelForm(initial={name: typed[name] for name in KEPT if name in typed})


def forget_typed(request: HttpRequest) -> None:
    request.session.pop(IN_SESSION, None)


def _kept(request: HttpRequest) -> dict[str, str]:
    kept = request.session.get(IN_SESSION, {})
    return kept if kept.get("at") == request.path else {}
