"""A lost link: sends a new one to the known contact, or takes the code from there. The answer is always the same."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeslot.doors.link.forms import CodeForm, FindForm
from freeslot.doors.link.searches import search_in, write_search
from freeslot.doors.link.session import open_visit
from freeslot.doors.link.slowdown import TooSoon, address_key, find_key, one_try
from freeslot.doors.link.views.link import landing
from freeslot.doors.link.waiting import with_retry
from freeslot.messages.senders import sender_address
from freeslot.patients.proof import dates_in
from freeslot.practices import words
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.operations.codes import use_code_of
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.answers import see_other
from freeslot.visits.frames import place_of
from freeslot.visits.outages import told_when_away
from freeslot.web.facts import PhoneLine
from freeslot.web.formatting import length

MOST_PLACES = 20
LONGEST_ASKED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def find(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        return _page(request, now=now, form=FindForm(initial={"reference": request.GET.get("reference", "")}))
    if "code" in request.POST:
        return _take_code(request, now=now)
    return _send(request, now=now)


def _send(request: HttpRequest, *, now: datetime) -> HttpResponse:
    """Every request counts and costs alike, right or wrong: whether there was such a visit shows in nothing."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, now=now, form=form, status=422)
    typed = form.cleaned_data["reference"]
    reference = parse_reference(typed, REFERENCE_PREFIX) or ""
    try:
        with one_try(find_key(request, reference or typed), address_key(request), now=now) as this:
            this.was_wrong = True
    except TooSoon as wait:
        return with_retry(_page(request, now=now, form=form, status=429, wait=wait.until), wait.until, now)
    visit = _visit(reference)
    dates = dates_in(form.cleaned_data["birth_date"], today=_today(now))
    found = visit if visit and visit.patient.birth_date in dates else None
    return _page(request, now=now, asked=write_search(found, now=now))


def _take_code(request: HttpRequest, *, now: datetime) -> HttpResponse:
    form, asked = CodeForm(request.POST), request.POST.get("asked", "")[:LONGEST_ASKED]
    code_id = search_in(asked)
    visit = use_code_of(code_id, form.cleaned_data["code"], now=now) if form.is_valid() and code_id else None
    if visit is not None:
        open_visit(request, visit, link=None, is_unusual=True, now=now)
        return see_other(landing(visit))
    form.add_error("code", _("That code does not fit, or its time is over. Have a new one sent."))
    return _page(request, now=now, asked=asked, code_form=form, status=422)


def _page(
    request: HttpRequest,
    *,
    now: datetime,
    form: FindForm | None = None,
    asked: str = "",
    code_form: CodeForm | None = None,
    status: int = 200,
    wait: datetime | None = None,
) -> HttpResponse:
    """The form, or the one answer there is: a message may be on its way, here goes its code, and where else to look."""
    context = {
        "form": form,
        "code_form": code_form or CodeForm(),
        "asked": asked,
        "wait": _wait_words(wait, now) if wait else "",
        "sender": sender_address(),
        "places": _places(now),
    }
    return render(request, "link/find.html", context, status=status)


def _wait_words(until: datetime, now: datetime) -> str:
    """As a length: this page knows no practice whose clock it could name."""
    minutes = -(-(until - now) // timedelta(minutes=1))
    return length(timedelta(minutes=minutes) if minutes > 1 else until - now, locale=get_language() or "en")


def _places(now: datetime) -> list[tuple[Practice, PhoneLine]]:
    """Every practice that can be reached here, by its public name, with its phone; none where they are too many."""
    practices = list(Practice.objects.order_by("name", "pk")[: MOST_PLACES + 1])
    if len(practices) > MOST_PLACES:
        return []
    once = {(each.public_name, each.phone): each for each in reversed(practices)}
    return [(each, words.phone_line(each, place_of(each, now))) for each in reversed(once.values())]


def _visit(reference: str) -> Appointment | None:
    return Appointment.objects.select_related("patient", "practice", "policy").filter(reference=reference).first()


def _today(now: datetime) -> date:
    """The latest day it is anywhere: nobody is born after it."""
    return (now + timedelta(days=1)).date()
