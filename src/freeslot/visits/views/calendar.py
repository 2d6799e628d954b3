"""The visit as a calendar file, in its live state."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.visits.asking import Asker
from freeslot.visits.calendar import file_of
from freeslot.visits.entering import visit_page
from freeslot.visits.histories import last_changes
from freeslot.visits.loading import appointment_for

CALENDAR = "text/calendar; charset=utf-8"


@require_safe
@visit_page
def visit_calendar(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    content = file_of(visit, changes=last_changes([visit]), now=now)
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"'}
    return HttpResponse(content, content_type=CALENDAR, headers=headers)
