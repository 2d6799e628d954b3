"""The way into a visit by video: open shortly before it starts, while it is booked, at the time it has now."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for
from freeslot.visits.entering import visit_page
from freeslot.visits.loading import appointment_for
from freeslot.visits.video import OPENS_BEFORE, own_clock, way_in


@require_safe
@visit_page
def join(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    if not visit.visit_type.by_video:
        return see_other(reverse("appointment", args=[ref]))
    card = card_for(visit, now=now)
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "way": way_in(visit, now),
        "opens_at": visit.starts_at - OPENS_BEFORE,
        "own_clock": own_clock(request, visit.starts_at, card.place),
    }
    return render(request, "visits/join.html", context)
