"""The address in every message: asks one small proof, then leads to the visit's pages. Reading it changes nothing."""

import re
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from freeslot.doors.link.forms import CodeForm, ProofForm
from freeslot.doors.link.frames import discreet_frame
from freeslot.doors.link.hits import count_hit
from freeslot.doors.link.proving import prove_by_code, prove_by_form
from freeslot.doors.link.session import live_visits
from freeslot.doors.link.slowdown import TooSoon, link_key, wrong_tries
from freeslot.doors.link.waiting import wait_words, with_retry
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.scheduling.operations.codes import ask_code
from freeslot.scheduling.operations.links import link_for
from freeslot.scheduling.states import LIVE
from freeslot.visits.answers import see_other
from freeslot.visits.asking import asker_for
from freeslot.visits.outages import told_when_away
from freeslot.visits.typed import forget_typed
from freeslot.web.frame import frame_of, set_frame
from freeslot.web.language import remember_language

# The token, then what stands around an address in a sentence and is copied along with it.
ADDRESS = re.compile(r"\s*([A-Za-z0-9_-]{22})[/\s.,;:!?)>\]}'\"»”’…]*")
# A page of ours to go back to; nothing in it may end a header, begin another host or climb out of the folder. Browsers
# read %2e as a dot too, and many take a backslash for a slash.
PAGE = re.compile(r"/appointments/(?!.*(?i:(?:\.|%2e){2}|%5c))[A-Za-z0-9/_.?=&%+-]*")
WRONG_BEFORE_CODE = 2
READS = ("GET", "HEAD")


@require_http_methods([*READS, "OPTIONS", "POST"])
@told_when_away
def link(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": "GET, HEAD, OPTIONS, POST"})
    if "language" in request.POST:
        return in_language(request, lambda: _link(request, token))
    return _link(request, token)


def _link(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    found = link_in(token)
    if found is None:
        return nowhere(request)
    if request.method in READS:
        count_hit(found)
    set_frame(request, discreet_frame(found.appointment.practice, now))
    if found.revoked_at or found.is_over(now):
        ended = {"is_revoked": bool(found.revoked_at), "action": request.path}
        return render(request, "link/ended.html", ended, status=410)
    if request.method in READS and _is_known(request, found.appointment, now):
        return see_other(landing(found.appointment))
    return answer(request, found, now=now, action=request.path)


def _is_known(request: HttpRequest, visit: Appointment, now: datetime) -> bool:
    """Whether whoever reads this may see the visit anyway: by a proof of just now, or signed in."""
    if visit.reference in live_visits(request, now):
        return True
    asker = asker_for(request, visit.reference) if request.user.is_authenticated else None
    return asker is not None and Appointment.objects.visible_to(asker.actor, now).filter(pk=visit.pk).exists()


def link_in(text: str) -> ManageLink | None:
    """The link whose token `text` is, as it was copied; what cannot be one costs no statement."""
    match = ADDRESS.fullmatch(text)
    return link_for(match[1]) if match else None


def nowhere(request: HttpRequest) -> HttpResponse:
    return render(request, "link/nowhere.html", status=404)


def answer(request: HttpRequest, found: ManageLink, *, now: datetime, action: str) -> HttpResponse:
    """The question, or what follows from what was answered; `action` is where its forms go."""
    if request.method != "POST" or "language" in request.POST:
        return _question(request, found, now=now, action=action, status=200)
    if "send" in request.POST:
        ask_code(found.appointment, door=Door.LINK, now=now, link_id=found.pk)
        return _question(request, found, now=now, action=action, status=200, is_sent=True)
    if "code" in request.POST:
        return _by_code(request, found, now=now, action=action)
    return _by_form(request, found, now=now, action=action)


def in_language(request: HttpRequest, draw: Callable[[], HttpResponse]) -> HttpResponse:
    """The same page in another language, without the redirect that would carry its address."""
    code = request.POST["language"]
    if code not in dict(settings.LANGUAGES):
        return draw()
    with override(code):
        response = draw()
    remember_language(response, code)
    return response


def _by_form(request: HttpRequest, found: ManageLink, *, now: datetime, action: str) -> HttpResponse:
    form = ProofForm(request.POST, asked=found.appointment.rules.proof)
    if not form.is_valid():
        return _question(request, found, now=now, action=action, status=422, form=form)
    try:
        if prove_by_form(request, found, form.cleaned_data, now=now):
            return see_other(_way_on(request, found.appointment))
    except TooSoon as wait:
        waits = _question(request, found, now=now, action=action, status=429, form=form, wait=wait.until)
        return with_retry(waits, wait.until, now)
    form.refuse(_("That is not what the practice has on file. Nothing was changed."))
    return _question(request, found, now=now, action=action, status=422, form=form)


def _by_code(request: HttpRequest, found: ManageLink, *, now: datetime, action: str) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid() and prove_by_code(request, found, form.cleaned_data["code"], now=now):
        return see_other(_way_on(request, found.appointment))
    form.add_error(None, _("That code does not fit, or its time is over. Have a new one sent."))
    return _question(request, found, now=now, action=action, status=422, code_form=form, is_sent=True)


def _question(
    request: HttpRequest,
    found: ManageLink,
    *,
    now: datetime,
    action: str,
    status: int,
    form: ProofForm | None = None,
    code_form: CodeForm | None = None,
    wait: datetime | None = None,
    is_sent: bool = False,
) -> HttpResponse:
    # Again, for words in another language than before.
    set_frame(request, discreet_frame(found.appointment.practice, now))
    wrong = wrong_tries(link_key(found.pk), now=now)
    place = frame_of(request).place
    context = {
        "action": action,
        "asked": found.appointment.rules.proof,
        "form": form or ProofForm(asked=found.appointment.rules.proof),
        "code_form": code_form or CodeForm(),
        "next": _wished(request),
        "ref": request.POST.get("ref", ""),
        "wait": wait_words(wait, place) if wait and place else "",
        # Also to who waits for what a neighbour behind the same address got wrong.
        "offers_code": is_sent or wait is not None or wrong >= WRONG_BEFORE_CODE,
        "is_sent": is_sent,
    }
    return render(request, "link/proof.html", context, status=status)


def _way_on(request: HttpRequest, visit: Appointment) -> str:
    """Where they were when their session ended, what they asked for, or where the visit stands."""
    if wished := _wished(request):
        return wished
    forget_typed(request)
    if request.POST.get("then") == "cancel" and visit.status in LIVE:
        return reverse("cancellation", args=[visit.reference])
    return landing(visit)


def _wished(request: HttpRequest) -> str:
    wished = request.POST.get("next", "")
    return wished if PAGE.fullmatch(wished) else ""


def landing(visit: Appointment) -> str:
    """The page that fits how the visit stands: a cancelled one is shown with its receipt and what can be done now."""
    return reverse("appointment" if visit.status in LIVE else "receipt", args=[visit.reference])
