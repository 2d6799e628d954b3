"""The cancellation of a visit: the verdict and the form, then the press."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.cancelling import MeantAnother, press_cancel
from freeslot.visits.entering import visit_page
from freeslot.visits.forms import CancelForm
from freeslot.visits.loading import appointment_for
from freeslot.visits.pages import PICKED, cancel_page
from freeslot.visits.pressing import Stays
from freeslot.visits.typed import forget_typed, form_with_typed


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def cancellation(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST" or "look" in request.POST:
        visit = appointment_for(request, asker, ref, now=now)
        return cancel_page(request, asker, visit, now=now, form=form_with_typed(request))
    form = CancelForm(request.POST)
    try:
        press_cancel(form, ref=ref, asker=asker, now=now)
    except Stays as stays:
        visit = appointment_for(request, asker, ref, now=now)
        return cancel_page(request, asker, visit, now=now, form=form, stays=stays)
    except MeantAnother as meant:
        return see_other(f"{reverse('cancellation', args=[meant.ref])}?{PICKED}=1")
    forget_typed(request)
    return see_other(reverse("receipt", args=[ref]))
