"""Takes a cancel back after its window, while nobody else has the time."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.scheduling.errors import SlotTaken, UndoOver, UnknownAppointment
from freeslot.scheduling.operations.take_back import take_back_visit
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.entering import visit_page
from freeslot.visits.proof import prove
from freeslot.visits.results import result_page


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def take_back(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    if request.method != "POST":
        return see_other(reverse("receipt", args=[ref]))
    now = timezone.now()
    try:
        with telling_what_was_saved():
            taken = take_back_visit(ref=ref, actor=asker.actor, door=asker.door, now=now)
    except UnknownAppointment:
        raise Http404 from None
    except (UndoOver, SlotTaken):
        return result_page(request, asker, ref, now=now, status=422, is_too_late=True)
    prove(taken.event)
    return see_other(reverse("receipt", args=[ref]))
