"""The visit as a calendar file, in its live state."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.visits.asking import Asker
from freeslot.visits.calendar import calendar_of
from freeslot.visits.entering import visit_page
from freeslot.visits.loading import appointment_for


@require_safe
@visit_page
def visit_calendar(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    address = settings.BASE_URL + reverse("appointment", args=[ref])
    content = calendar_of(appointment_for(request, asker, ref, now=now), address=address, now=now)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
