"""A lost link: sends a new one to the known contact, or takes the code from there. The answer is always the same."""

from datetime import date, datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeslot.doors.link.forms import CodeForm, FindForm
from freeslot.doors.link.session import open_visit
from freeslot.doors.link.slowdown import TooSoon, address_key, find_key, one_try
from freeslot.doors.link.views.link import landing
from freeslot.doors.link.waiting import with_retry
from freeslot.messages.senders import sender_address
from freeslot.patients.proof import dates_in
from freeslot.practices import words
from freeslot.practices.models import Practice
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import REFERENCE_PREFIX
from freeslot.scheduling.operations.codes import ask_code, use_code
from freeslot.scheduling.reference import parse_reference
from freeslot.visits.answers import see_other
from freeslot.visits.frames import place_of
from freeslot.visits.outages import told_when_away
from freeslot.web.errors import too_many
from freeslot.web.facts import PhoneLine
from freeslot.web.formatting import length

MOST_PLACES = 20


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
    """Every request counts, right or wrong: whether there was such a visit shows in nothing."""
    form = FindForm(request.POST)
    if not form.is_valid():
        return _page(request, now=now, form=form, status=422)
    reference = parse_reference(form.cleaned_data["reference"], REFERENCE_PREFIX) or ""
    try:
        with one_try(
            find_key(request, reference or form.cleaned_data["reference"]), address_key(request), now=now
        ) as this:
            this.was_wrong = True
    except TooSoon as wait:
        return _too_soon(request, wait, now=now)
    visit = _visit(reference)
    if visit and visit.patient.birth_date in dates_in(form.cleaned_data["birth_date"], today=_today(now)):
        ask_code(visit, door=Door.LINK, now=now)
    return _page(request, now=now, sent_for=form.cleaned_data["reference"])


def _take_code(request: HttpRequest, *, now: datetime) -> HttpResponse:
    form = CodeForm(request.POST)
    typed = request.POST.get("reference", "")[:80]
    reference = parse_reference(typed, REFERENCE_PREFIX) or ""
    visit = _visit(reference)
    try:
        with one_try(address_key(request), now=now) as this:
            is_right = form.is_valid() and visit is not None and use_code(visit, form.cleaned_data["code"], now=now)
            this.was_wrong = not is_right
    except TooSoon as wait:
        return _too_soon(request, wait, now=now)
    if is_right and visit is not None:
        open_visit(request, visit, link=None, is_unusual=True, now=now)
        return see_other(landing(visit))
    form.add_error(None, _("That code does not fit, or its time is over. Have a new one sent."))
    return _page(request, now=now, sent_for=typed, code_form=form, status=422)


def _page(
    request: HttpRequest,
    *,
    now: datetime,
    form: FindForm | None = None,
    sent_for: str = "",
    code_form: CodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form, or the one answer there is: a message may be on its way, here goes its code, and where else to look."""
    context = {
        "form": form,
        "code_form": code_form or CodeForm(),
        "sent_for": sent_for,
        "sender": sender_address(),
        "places": _places(now),
    }
    return render(request, "link/find.html", context, status=status)


def _places(now: datetime) -> list[tuple[Practice, PhoneLine]]:
    """Every practice that can be reached here, by its public name, with its phone; none where they are too many."""
    practices = list(Practice.objects.order_by("name", "pk")[: MOST_PLACES + 1])
    if len(practices) > MOST_PLACES:
        return []
    once = {(each.public_name, each.phone): each for each in reversed(practices)}
    return [(each, words.phone_line(each, place_of(each, now))) for each in reversed(once.values())]


def _too_soon(request: HttpRequest, wait: TooSoon, *, now: datetime) -> HttpResponse:
    minutes = -(-(wait.until - now) // timedelta(minutes=1))
    response = too_many(request, wait=length(timedelta(minutes=minutes), locale=get_language() or "en"))
    return with_retry(response, wait.until, now)


def _visit(reference: str) -> Appointment | None:
    return Appointment.objects.select_related("patient", "practice", "policy").filter(reference=reference).first()


def _today(now: datetime) -> date:
    """The latest day it is anywhere: nobody is born after it."""
    return (now + timedelta(days=1)).date()
