"""One booking in the making: who it is for, a look at all of it, and the press that books it."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.booking.booker import booker_of
from freeslot.booking.confirming import confirm, press_again, send_another, type_code
from freeslot.booking.details import keep_longer, say_details
from freeslot.booking.flow import Flow
from freeslot.booking.keeping import given_back, times_instead
from freeslot.booking.leaving import choose_another, stop
from freeslot.booking.loading import checkout_for, practice_for
from freeslot.booking.outages import told_when_away
from freeslot.booking.pages import code_page, details_page, review_page
from freeslot.booking.presence import left, still_here
from freeslot.scheduling.errors import SlotsUnsuitable, Unsuitable
from freeslot.web.headers import keep_nothing

PRESSES: dict[str, Callable[[Flow], HttpResponse]] = {
    "details": say_details,
    "renew": keep_longer,
    "here": still_here,
    "left": left,
    "another": choose_another,
    "stop": stop,
    "confirm": confirm,
    "send": send_another,
    "code": type_code,
}


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def checkout(request: HttpRequest, slug: str, checkout_id: uuid.UUID) -> HttpResponse:
    now = timezone.now()
    booker = booker_of(request)
    try:
        found = checkout_for(request, booker, slug=slug, checkout_id=checkout_id, now=now)
    except Http404:
        answer = _not_here(request, slug, now=now)
    else:
        answer = _answer(Flow(request, booker, found, now))
    keep_nothing(answer)
    return answer


def _not_here(request: HttpRequest, slug: str, *, now: datetime) -> HttpResponse:
    """The same to a stranger and to whoever was signed out in the midst: it tells nothing of what is at the address."""
    practice = practice_for(request, slug, now=now)
    return render(request, "booking/not_here.html", {"practice": practice}, status=404)


def _answer(flow: Flow) -> HttpResponse:
    if flow.checkout.appointment is not None:
        return press_again(flow, flow.checkout.appointment)
    if flow.request.method == "POST":
        return PRESSES.get(flow.request.POST.get("press", ""), say_details)(flow)
    if flow.checkout.was_given_back:
        return given_back(flow)
    if flow.is_gone:
        return times_instead(flow, SlotsUnsuitable(Unsuitable.GONE))
    step = flow.request.GET.get("step", "")
    if not flow.is_filled_in or step not in {"review", "code"}:
        return details_page(flow)
    return code_page(flow) if step == "code" and flow.is_guest else review_page(flow)
