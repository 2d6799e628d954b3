"""A visit of a series and all after it, moved with one press by the same step of the clock: all of them, or none."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.series import this_and_later, visits_in_series
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.entering import visit_page
from freeslot.visits.forms import MoveForm
from freeslot.visits.loading import appointment_for
from freeslot.visits.series import mine_of, narrow_page
from freeslot.visits.series_move_pages import series_moved_page, series_review_page, series_times_page
from freeslot.visits.series_moving import goings, press_series_move
from freeslot.visits.several import MOST, Item, refs_in
from freeslot.visits.unsuitable import NotThen

MOVED = "moved"


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def series_move(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    sent = refs_in((request.POST if request.method == "POST" else request.GET).getlist("visit")[:MOST])
    is_sent = ref in sent and len(sent) > 1 and visit.series_id is not None
    later = [each.reference for each in this_and_later(visit, visits_in_series(visit))]
    refs = sent if is_sent else later
    if len(refs) < 2:
        return see_other(reverse("move", args=[ref]))
    items = mine_of(request, asker, refs, now=now)
    if items is None:
        return narrow_page(request, asker, visit, now=now)
    if request.method != "POST":
        if is_sent and MOVED in request.GET:
            return series_moved_page(request, asker, items)
        return _times(request, asker, items, visit, now=now)
    try:
        return _posted(request, asker, items, visit, is_press=is_sent and "look" not in request.POST, now=now)
    except NotThen as gone:
        return _times(request, asker, items, visit, now=now, gone=gone)


def _times(
    request: HttpRequest,
    asker: Asker,
    items: Sequence[Item],
    visit: Appointment,
    *,
    now: datetime,
    gone: NotThen | None = None,
) -> HttpResponse:
    if not visit.move_verdict(asker.actor, now).is_allowed:
        return see_other(reverse("move", args=[visit.reference]))
    return series_times_page(request, asker, visit, count=len(items), now=now, gone=gone)


def _posted(
    request: HttpRequest, asker: Asker, items: Sequence[Item], visit: Appointment, *, is_press: bool, now: datetime
) -> HttpResponse:
    """The review, or what the press has led to. Raises NotThen."""
    value = request.POST.get(f"{visit.reference}-time" if is_press else "time", "")
    going = goings(_with_first(items, visit), value, now=now)
    if not is_press:
        forms = {item.ref: MoveForm(prefix=item.ref) for item in items}
        return series_review_page(request, asker, going, forms, now=now)
    forms = {item.ref: MoveForm(request.POST, prefix=item.ref) for item in items}
    problems, status = press_series_move(going, forms, now=now)
    if not problems:
        query = [(MOVED, "1"), *(("visit", item.ref) for item in items)]
        return see_other(f"{reverse('series-move', args=[visit.reference])}?{urlencode(query)}")
    fresh = mine_of(request, asker, [item.ref for item in items], now=now) or items
    going = goings(_with_first(fresh, visit), value, now=now)
    return series_review_page(request, asker, going, forms, now=now, problems=problems, status=status)


def _with_first(items: Sequence[Item], visit: Appointment) -> list[Item]:
    """The visit whose new time was picked leads, the others follow in order of time."""
    return sorted(items, key=lambda item: item.ref != visit.reference)
