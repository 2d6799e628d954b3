"""The secret address of all visits of an account: what calendars read at it, and the presses that make and stop it."""

import hashlib
from datetime import datetime, timedelta
from typing import cast

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_safe

from freeslot.accounts.feeds import feed_for, make_feed, stop_feed
from freeslot.accounts.models import User
from freeslot.messages.senders import page_address
from freeslot.scheduling.actors import account
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import Status
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.calendar import feed_file_of
from freeslot.visits.entering import visit_page
from freeslot.visits.histories import last_changes
from freeslot.visits.month_pages import CALENDAR as CALENDAR_VIEW
from freeslot.visits.outages import told_when_away
from freeslot.visits.views.calendar import CALENDAR

LOOK_BACK = timedelta(days=400)
# Calendars that never hear of a cancel keep the visit; some only ask again after weeks.
CANCELLED_STAYS = timedelta(weeks=6)
LONGEST_KEY = 64


@require_safe
@told_when_away
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Whoever has the address may read: what the account may see at this moment. One that was stopped is no address."""
    now = timezone.now()
    found = feed_for(secret)
    if found is None:
        raise Http404
    content = _content(found.user, now)
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Content-Disposition": 'inline; filename="visits.ics"', "ETag": etag}
    answer = HttpResponse(content, content_type=CALENDAR, headers=headers)
    return cast(HttpResponse, get_conditional_response(request, etag=etag, response=answer))


def _content(user: User, now: datetime) -> bytes:
    mine = Appointment.objects.visible_to(account(user.pk), now).for_pages()
    gone = Q(status=Status.CANCELLED, ends_at__lte=now - CANCELLED_STAYS) | Q(ends_at__lte=now - LOOK_BACK)
    visits = list(mine.exclude(gone).order_by("starts_at", "pk"))
    return feed_file_of(visits, language=user.language, changes=last_changes(visits), now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def new_feed(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Makes the address and shows it, this once; the one before it ends. The same press again shows the same one."""
    key = request.POST.get("key", "")
    if request.method != "POST" or not asker.user_id or not key or len(key) > LONGEST_KEY:
        return see_other(calendar_address())
    token = make_feed(user_id=asker.user_id, key=key, now=timezone.now())
    if token is None:
        return see_other(calendar_address())
    address = page_address(reverse("feed", args=[token]))
    context = {"asker": asker, "address": address, "subscribe": f"webcal:{address.partition(':')[2]}"}
    return render(request, "visits/feed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def no_feed(request: HttpRequest, asker: Asker) -> HttpResponse:
    if request.method == "POST" and asker.user_id:
        stop_feed(user_id=asker.user_id, now=timezone.now())
    return see_other(calendar_address())


def calendar_address() -> str:
    return f"{reverse('appointments')}?view={CALENDAR_VIEW}#feed"
