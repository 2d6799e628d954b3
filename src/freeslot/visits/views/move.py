"""Moving a visit: the list of times, a look at old and new side by side, then the press."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.scheduling.models import Appointment
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.entering import visit_page
from freeslot.visits.forms import MoveForm
from freeslot.visits.holds import let_go
from freeslot.visits.loading import appointment_for
from freeslot.visits.move_pages import NewTime, refused_page, review_page, times_page
from freeslot.visits.moving import look_at, press_move
from freeslot.visits.pressing import Stays
from freeslot.visits.time_lists import said_in
from freeslot.visits.typed import forget_typed, keep_typed, typed_before
from freeslot.visits.unsuitable import NotThen


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def move(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    if request.method != "POST":
        return times_page(request, asker, visit, MoveForm(initial=typed_before(request)), now=now)
    if "another" in request.POST or "keep" in request.POST:
        return _left(request, asker, visit, now=now)
    if "look" in request.POST or "confirm" not in request.POST:
        form = MoveForm(initial={**typed_before(request), "tried": request.POST.get("tried", "")})
        return _looked(request, asker, visit, form, now=now)
    return _pressed(request, asker, visit, now=now)


def _left(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    """Another time, or none: what was kept goes back."""
    let_go(visit, asker=asker, now=now)
    if "keep" in request.POST:
        forget_typed(request)
        return see_other(reverse("appointment", args=[visit.reference]))
    keep_typed(request)
    return see_other(f"{reverse('move', args=[visit.reference])}?{urlencode(said_in(request.POST))}")


def _looked(
    request: HttpRequest, asker: Asker, visit: Appointment, form: MoveForm, *, now: datetime, stays: Stays | None = None
) -> HttpResponse:
    """Old and new side by side; with `stays` the press once more, beside the visit as it stands now."""
    try:
        slot_ids, kept = look_at(request.POST.get("time", ""), visit, asker=asker, now=now)
    except Stays:
        return refused_page(request, asker, visit, now=now)
    except NotThen as gone:
        return times_page(request, asker, visit, form, now=now, gone=gone)
    return review_page(request, asker, visit, form, NewTime(slot_ids, kept), now=now, stays=stays)


def _pressed(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    form = MoveForm(request.POST)
    try:
        press_move(form, visit, asker=asker, now=now)
    except NotThen as gone:
        return times_page(request, asker, visit, form, now=now, gone=gone)
    except Stays as stays:
        visit = appointment_for(request, asker, visit.reference, now=now)
        return _looked(request, asker, visit, form, now=now, stays=stays)
    forget_typed(request)
    return see_other(reverse("receipt", args=[visit.reference]))
