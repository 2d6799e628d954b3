"""A visit of a series and all after it, cancelled with one press: the sum of the fees first, then all or nothing."""

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
from freeslot.visits.forms import CancelForm
from freeslot.visits.loading import appointment_for
from freeslot.visits.series import mine_of, narrow_page
from freeslot.visits.several import MOST, refs_in
from freeslot.visits.several_pages import review_page
from freeslot.visits.several_press import press_as_one, problems_of
from freeslot.visits.stopped import stopped_page


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def series_cancellation(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    if request.method == "POST":
        sent = refs_in(request.POST.getlist("visit")[:MOST])
        if ref in sent and len(sent) > 1 and visit.series_id:
            return _pressed(request, asker, visit, sent, now=now)
    later = this_and_later(visit, visits_in_series(visit))
    if len(later) < 2:
        return see_other(reverse("cancellation", args=[ref]))
    items = mine_of(request, asker, [each.reference for each in later], now=now)
    if items is None:
        return narrow_page(request, asker, visit, now=now)
    forms = {item.ref: CancelForm(prefix=item.ref) for item in items}
    return review_page(request, asker, items, forms, named=[ref], series_of=ref)


def _pressed(request: HttpRequest, asker: Asker, visit: Appointment, refs: list[str], *, now: datetime) -> HttpResponse:
    """Exactly those that were shown, so that the same press again finds what it did."""
    items = mine_of(request, asker, refs, now=now)
    if items is None:
        return narrow_page(request, asker, visit, now=now)
    forms = {item.ref: CancelForm(request.POST, prefix=item.ref) for item in items}
    problems = problems_of(items, forms, now=now)
    if not problems:
        pressed = press_as_one(items, forms, now=now)
        if pressed.is_away:
            return stopped_page(request, pressed, now=now)
        if not pressed.problems:
            return see_other(f"{reverse('together')}?{urlencode([('done', ref) for ref in refs])}")
        problems, items = pressed.problems, mine_of(request, asker, refs, now=now) or items
    return review_page(
        request, asker, items, forms, named=[visit.reference], problems=problems, series_of=visit.reference
    )
