"""Sends a message about a visit once more."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.messages.delivery import Again, send_again
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.entering import visit_page
from freeslot.visits.loading import appointment_for


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def resend(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    """Each of the messages named; the page that follows says how far each one came."""
    if request.method != "POST":
        return see_other(reverse("receipt", args=[ref]))
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    try:
        messages = [uuid.UUID(text) for text in request.POST.getlist("message")]
    except ValueError:
        raise Http404 from None
    answers = [send_again(message_id=each, appointment_id=visit.pk, now=now) for each in messages]
    nothing_named = Again.QUEUED if answers else Again.UNKNOWN
    outcome = next((each for each in answers if each is not Again.QUEUED), nothing_named)
    return see_other(f"{reverse('receipt', args=[ref])}?again={outcome}#sent")
