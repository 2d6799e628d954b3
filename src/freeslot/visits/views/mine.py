"""My visits, as a list or as a calendar: upcoming, past and cancelled, each with its own ways on."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.scheduling.models import Appointment
from freeslot.visits.asking import Asker
from freeslot.visits.bookable import bookable_practices
from freeslot.visits.entering import visit_page
from freeslot.visits.frames import frame_for
from freeslot.visits.month_pages import CALENDAR, calendar_page, page_of_mine
from freeslot.visits.rows import Row, grouped, rows_of
from freeslot.web.frame import set_frame

LOOK_BACK = timedelta(days=400)


@require_safe
@visit_page
def appointments(request: HttpRequest, asker: Asker) -> HttpResponse:
    now = timezone.now()
    if request.GET.get("view") == CALENDAR:
        return calendar_page(request, asker, now=now)
    mine = Appointment.objects.visible_to(asker.actor, now).for_pages()
    rows = rows_of(mine.filter(starts_at__gt=now - LOOK_BACK).order_by("starts_at"), asker=asker, now=now)
    _set_frame(request, rows)
    context = {
        "asker": asker,
        "visits": grouped(rows, now),
        "bookable": bookable_practices((row.visit.practice for row in rows), asker=asker, now=now),
        "calendar": page_of_mine(request, view=CALENDAR),
    }
    return render(request, "visits/appointments.html", context)


def _set_frame(request: HttpRequest, rows: list[Row]) -> None:
    """Of the practice whose portal one comes from, or of the only one there is; ours when there are several."""
    practices = {row.visit.practice.slug: row.visit.practice for row in rows}
    only = next(iter(practices)) if len(practices) == 1 else ""
    practice = practices.get(request.GET.get("practice", only) or only)
    if practice:
        set_frame(request, frame_for(practice, rows[0].card.place.now))
