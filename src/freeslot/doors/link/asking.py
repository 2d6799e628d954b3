"""The link door's answer to «who is asking?»: whoever gave the proof of a visit's link in this browser, for a while."""

from django.http import HttpRequest
from django.utils import timezone

from freeslot.doors.link.session import Opened, keep_open, live_visits, opened_visits
from freeslot.doors.link.views.again import session_over
from freeslot.scheduling.actors import Door, link_holder
from freeslot.visits.asking import Asker, NotAnyMore

FRAME = "link/frame.html"


def asker_for(request: HttpRequest, ref: str) -> Asker | None:
    """The holder of the one visit `ref`; without one, of all that are open. Raises NotAnyMore once their time is over.

    Somebody who is signed in needs no link: their list is the portal's, and so is a visit whose link session is over.
    """
    opened = opened_visits(request)
    if not opened or (ref and ref not in opened):
        return None
    now = timezone.now()
    live = live_visits(request, now)
    if ref in live:
        if request.method == "POST":
            keep_open(request, live[ref], now)
        return _holder(live[ref])
    if request.user.is_authenticated:
        return None
    if live and not ref:
        return _holder(*live.values())
    latest = next((each for each in reversed(opened.values()) if each.link_id), None)
    raise NotAnyMore(session_over(request, opened.get(ref, latest)))


def _holder(*opened: Opened) -> Asker:
    actor = link_holder(*(each.appointment_id for each in opened), is_unusual=any(each.is_unusual for each in opened))
    door, *others = {each.door for each in opened}
    return Asker(actor=actor, door=Door.LINK if others else door, frame=FRAME, until=min(each.until for each in opened))
