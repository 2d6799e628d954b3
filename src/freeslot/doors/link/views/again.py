"""The page after a link session's end: nothing is lost, and the same small proof leads straight back."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.doors.link.forms import ProofForm
from freeslot.doors.link.frames import discreet_frame
from freeslot.doors.link.session import Opened, close_visits, opened_visits
from freeslot.doors.link.views.link import answer, in_language, nowhere
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.visits.answers import see_other
from freeslot.visits.entering import way_back
from freeslot.visits.outages import told_when_away
from freeslot.web.frame import set_frame


def session_over(request: HttpRequest, opened: Opened | None) -> HttpResponse:
    """403: says that nothing was changed, and asks the proof once more right here where there still is a link."""
    now = timezone.now()
    link = _link_of(opened)
    _say_whom_to_call(request, opened, link, now=now)
    if link is None or link.revoked_at or link.is_over(now) or opened is None:
        return render(request, "link/over.html", {"was_pressed": request.method == "POST"}, status=403)
    context = {
        "was_pressed": request.method == "POST",
        "action": reverse("link_again"),
        "form": ProofForm(asked=link.appointment.rules.proof),
        "ref": opened.reference,
        "next": way_back(request),
    }
    return render(request, "link/over.html", context, status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def link_again(request: HttpRequest) -> HttpResponse:
    """The proof from the page above; which link it is for, the session remembers. Read, it is a link cut short."""
    if request.method != "POST":
        return nowhere(request)
    if "language" in request.POST:
        return in_language(request, lambda: _again(request))
    return _again(request)


def _again(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    opened = opened_visits(request).get(request.POST.get("ref", ""))
    link = _link_of(opened)
    _say_whom_to_call(request, opened, link, now=now)
    if link is None or link.revoked_at or link.is_over(now):
        return render(request, "link/over.html", {}, status=403)
    return answer(request, link, now=now, action=reverse("link_again"))


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def link_close(request: HttpRequest) -> HttpResponse:
    """Ends this browser's right to the visits it opened."""
    if request.method != "POST":
        return see_other(reverse("find"))
    close_visits(request)
    return render(request, "link/closed.html")


def _say_whom_to_call(request: HttpRequest, opened: Opened | None, link: ManageLink | None, *, now: datetime) -> None:
    """The practice's frame, also where a code alone had opened the visit or its links are revoked."""
    visit = link.appointment if link else _visit_of(opened)
    if visit is not None:
        set_frame(request, discreet_frame(visit.practice, now))


def _visit_of(opened: Opened | None) -> Appointment | None:
    if opened is None:
        return None
    return Appointment.objects.select_related("practice").filter(pk=opened.appointment_id).first()


def _link_of(opened: Opened | None) -> ManageLink | None:
    if opened is None or opened.link_id is None:
        return None
    whole = ManageLink.objects.select_related("appointment__practice", "appointment__policy", "appointment__patient")
    return whole.filter(pk=opened.link_id).first()
