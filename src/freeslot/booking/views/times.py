"""The times that are open, by day, with whom and where one likes; picking one keeps it for a while."""

from datetime import datetime

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeslot.booking.booker import Booker, booker_of, pressing_booker, remember
from freeslot.booking.flow import address_of
from freeslot.booking.like import address_like, visit_like
from freeslot.booking.loading import practice_for, visit_type_for
from freeslot.booking.outages import told_when_away
from freeslot.booking.picking import pick
from freeslot.booking.times_pages import Search, search_in, times_page
from freeslot.booking.views.first import closed_page, first_page
from freeslot.scheduling.errors import TooManyHolds
from freeslot.scheduling.models import Checkout
from freeslot.visits.answers import see_other
from freeslot.visits.unsuitable import NotThen
from freeslot.web.headers import keep_nothing


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def book_times(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    sent = request.POST if request.method == "POST" else request.GET
    visit_type = visit_type_for(request, slug, sent.get("type", ""), now=now)
    if visit_type is None:
        return _without_type(request, slug, now=now)
    if not booker_of(request).may_book(visit_type.practice):
        return closed_page(request, visit_type.practice)
    search = search_in(sent, visit_type)
    answer = times_page(request, search, now=now) if request.method != "POST" else _keep(request, search, now=now)
    # A guest's page holds the number that their first press makes them known by.
    keep_nothing(answer)
    return answer


def _without_type(request: HttpRequest, slug: str, *, now: datetime) -> HttpResponse:
    """Of a visit that this one shall be like, or the choice of a type once more."""
    practice = practice_for(request, slug, now=now)
    like = visit_like(request, request.GET.get("like", ""), now=now)
    if like is not None and "type" not in request.GET:
        return see_other(address_like(like))
    problem = _("Choose what the visit is for.") if "like" not in request.GET else ""
    return first_page(request, practice, now=now, problem=problem)


def _keep(request: HttpRequest, search: Search, *, now: datetime) -> HttpResponse:
    booker = pressing_booker(request, now=now)
    try:
        checkout = pick(request, booker, search, now=now)
    except NotThen as gone:
        return times_page(request, search, now=now, gone=gone, kept=_in_the_way(booker, gone, now=now))
    remember(request, booker)
    return see_other(address_of(checkout, search.visit_type.practice))


def _in_the_way(booker: Booker, gone: NotThen, *, now: datetime) -> list[Checkout]:
    """The bookings of theirs that stand against it: all of them where there are too many, else those at that time."""
    mine = booker.keeps(now)
    if type(gone.error) is not TooManyHolds:
        mine = [each for each in mine if gone.around and each.starts_at <= gone.around < each.ends_at]
    prefetch_related_objects(mine, "visit_type__practice")
    return mine
