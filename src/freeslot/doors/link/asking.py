"""The link door's answer to «who is asking?»: whoever gave the proof of a visit's link in this browser, for a while."""

from django.http import HttpRequest
from django.utils import timezone

from freeslot.doors.link.session import live_visits, opened_visits
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
    live = live_visits(request, timezone.now())
    if ref in live:
        actor = link_holder(live[ref].appointment_id, is_unusual=live[ref].is_unusual)
        return Asker(actor=actor, door=Door.LINK, frame=FRAME)
    if request.user.is_authenticated:
        return None
    if live and not ref:
        actor = link_holder(*(each.appointment_id for each in live.values()))
        return Asker(actor=actor, door=Door.LINK, frame=FRAME)
    raise NotAnyMore(session_over(request, opened.get(ref)))
