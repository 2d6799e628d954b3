"""Somebody else's visits beside one's own: opened by the other person's proof, never before it."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from freeslot.doors.link.beside import open_beside
from freeslot.doors.link.forms import ProofForm
from freeslot.doors.link.session import MOST_VISITS, Opened, live_visits, opened_visits
from freeslot.doors.link.slowdown import TooSoon
from freeslot.doors.link.views.again import session_over
from freeslot.doors.link.views.link import in_language
from freeslot.doors.link.waiting import wait_words, with_retry
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.answers import see_other
from freeslot.visits.frames import frame_for, place_of
from freeslot.visits.outages import told_when_away
from freeslot.web.frame import set_frame

# The same whether or not there is somebody.
NOT_THAT = gettext_lazy(
    "That opens no other visit: it is not what the practice has on file, or nobody else with a visit to come gets "
    "messages where you get yours. Nothing was changed."
)


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def link_others(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and "language" in request.POST:
        return in_language(request, lambda: _others(request, is_answer=False))
    return _others(request, is_answer=request.method == "POST")


def _others(request: HttpRequest, *, is_answer: bool) -> HttpResponse:
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    ref = parse_reference(given.get("ref", ""), REFERENCE_PREFIX) or ""
    live = live_visits(request, now)
    if ref not in live:
        return session_over(request, opened_visits(request).get(ref))
    visit = Appointment.objects.for_pages().get(pk=live[ref].appointment_id)
    form = ProofForm(request.POST if is_answer else None, asked=visit.rules.proof)
    if len(live) >= MOST_VISITS and form.is_valid():
        form.add_error(None, _("No more visits can be opened at once. Close them, then open your link again."))
    if not form.is_valid():
        return _page(request, visit, form, now=now, status=422 if is_answer else 200)
    return _judged(request, visit, live[ref], form, now=now)


def _judged(
    request: HttpRequest, visit: Appointment, opened: Opened, form: ProofForm, *, now: datetime
) -> HttpResponse:
    try:
        others = open_beside(request, visit, opened, form.cleaned_data, now=now)
    except TooSoon as too_soon:
        response = _page(request, visit, form, now=now, status=429, wait=too_soon.until)
        return with_retry(response, too_soon.until, now)
    if not others:
        form.add_error(None, NOT_THAT)
        return _page(request, visit, form, now=now, status=422)
    ticked = [each.reference for each in others] if len(others) == 1 else []
    named = [("with", each) for each in [visit.reference, *ticked]]
    return see_other(f"{reverse('together')}?{urlencode(named)}")


def _page(
    request: HttpRequest,
    visit: Appointment,
    form: ProofForm,
    *,
    now: datetime,
    status: int,
    wait: datetime | None = None,
) -> HttpResponse:
    set_frame(request, frame_for(visit.practice, now))
    context = {
        "action": reverse("link_others"),
        "form": form,
        "ref": visit.reference,
        "wait": wait_words(wait, place_of(visit.practice, now)) if wait else "",
    }
    return render(request, "link/others.html", context, status=status)
