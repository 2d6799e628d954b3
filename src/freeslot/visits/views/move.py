"""Moving a visit: until times can be chosen online, the practice's number and hours."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for
from freeslot.visits.entering import visit_page
from freeslot.visits.loading import appointment_for


@require_safe
@visit_page
def move(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    return render(request, "visits/move.html", {"asker": asker, "visit": visit, "card": card_for(visit, now=now)})
