"""What a page says when the database fails: what is known of the visit, whom to call, and how to try again."""

from datetime import datetime

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from freeslot.scheduling.reading import read_visit
from freeslot.visits import snapshot
from freeslot.visits.asking import NotAnyMore, asker_for
from freeslot.visits.failures import View, answering_failures, failure_page
from freeslot.visits.snapshot import Snapshot
from freeslot.visits.stopped import stopped_before
from freeslot.visits.tried import stamp, tried_at
from freeslot.web.errors import unavailable
from freeslot.web.frame import set_frame

# The presses of the move page that only look, or leave.
LOOKS = {"look", "another", "keep"}


def told_when_away(view: View) -> View:
    """Answers a view's database errors with 503: nothing was changed, or we do not know yet."""
    return answering_failures(view, away=_away, unknown=_unknown)


def _away(request: HttpRequest, *, ref: str = "", **_named: object) -> HttpResponse:
    """Failed before the commit. A cancel or a move is kept whole, with the time it was first tried."""
    now = timezone.now()
    if _is_press_of(request, "together", "series-cancellation") and (answer := stopped_before(request, now=now)):
        return answer
    seen = _seen(request, ref, now)
    if seen is None or not seen.is_live or not _is_kept_whole(request):
        return unavailable(request, again=_again(request, ref))
    earlier = request.POST.get("tried", "")
    first = tried_at(earlier, ref=seen.ref)
    tried = {"tried": earlier if first else stamp(seen.ref, now), "tried_at": first or now}
    tried["is_move"] = _is_press_of(request, "move")
    return _answer(request, seen, "visits/away.html", now=now, **tried)


def _unknown(request: HttpRequest, *, ref: str) -> HttpResponse:
    """The commit was lost sight of: never one or the other, and the page looks again by itself."""
    now = timezone.now()
    look = reverse("receipt", args=[ref])
    return _answer(request, _seen(request, ref, now), "visits/unknown.html", now=now, look=look)


def _again(request: HttpRequest, ref: str) -> str:
    """The page to look at next: this one, or the one with the button that was pressed."""
    if request.method != "POST" or not ref:
        return request.get_full_path()
    match = request.resolver_match
    name = match.view_name if match and match.view_name in {"move", "series-move"} else "receipt"
    return reverse(name, args=[ref])


def _is_kept_whole(request: HttpRequest) -> bool:
    if _is_press_of(request, "move"):
        return "confirm" in request.POST and not LOOKS & request.POST.keys()
    return _is_press_of(request, "cancellation")


def _is_press_of(request: HttpRequest, *names: str) -> bool:
    match = request.resolver_match
    return request.method == "POST" and match is not None and match.view_name in names


def _seen(request: HttpRequest, ref: str, now: datetime) -> Snapshot | None:
    """The visit as the page had shown it, or as it can still be read; its practice frames the answer."""
    signed = request.POST.get("seen", "") if _is_kept_whole(request) else ""
    seen = snapshot.read(signed, ref=ref) or _still_readable(request, ref, now)
    if seen:
        set_frame(request, seen.frame(now))
    return seen


def _still_readable(request: HttpRequest, ref: str, now: datetime) -> Snapshot | None:
    try:
        asker = asker_for(request, ref)
        visit = read_visit(ref, actor=asker.actor, now=now) if asker else None
        return snapshot.of(visit) if visit else None
    except (DatabaseError, InterfaceError, NotAnyMore):
        return None


def _answer(
    request: HttpRequest, seen: Snapshot | None, template: str, *, now: datetime, **known: object
) -> HttpResponse:
    if seen:
        known["card"] = seen.card(now)
    return failure_page(request, template, known)
