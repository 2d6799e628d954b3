"""The first page: whom to call in an emergency, what can be booked here, and with whom and where."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from freeslot.booking.bookable import Bookable, bookable_at
from freeslot.booking.booker import booker_of
from freeslot.booking.loading import practice_for
from freeslot.booking.outages import told_when_away
from freeslot.booking.words import price_words, whom_words
from freeslot.practices.models import Location, Practice
from freeslot.visits.answers import see_other
from freeslot.visits.frames import place_of
from freeslot.web.facts import Choice, Place
from freeslot.web.formatting import length

CHOSEN, LONGEST = ("type", "practitioner", "place"), 40


@require_http_methods(["GET", "HEAD", "POST"])
@told_when_away
def book(request: HttpRequest, slug: str) -> HttpResponse:
    now = timezone.now()
    if request.method == "POST":
        chosen = {name: request.POST[name][:LONGEST] for name in CHOSEN if request.POST.get(name)}
        return see_other(f"{reverse('book_times', args=[slug])}?{urlencode(chosen)}")
    return first_page(request, practice_for(request, slug, now=now), now=now)


def first_page(request: HttpRequest, practice: Practice, *, now: datetime, problem: str = "") -> HttpResponse:
    """With `problem` it is the answer to a choice that there is not."""
    booker = booker_of(request)
    if not booker.may_book(practice):
        return closed_page(request, practice)
    place = place_of(practice, now)
    kinds = bookable_at(practice, now=now)
    care = _care_of_all(kinds)
    people = sorted({each for kind in kinds for each in kind.practitioners}, key=lambda each: each.name)
    context = {
        "practice": practice,
        "problem": problem,
        "care": care,
        "choices": [_choice(each, place, is_only=len(kinds) == 1, has_care=not care) for each in kinds],
        "practitioners": people,
        "locations": Location.objects.filter(practice=practice).order_by("name"),
    }
    return render(request, "booking/first.html", context, status=422 if problem else 200)


def closed_page(request: HttpRequest, practice: Practice) -> HttpResponse:
    """Nobody may book here without the desk, or only who is signed in."""
    return render(request, "booking/closed.html", {"practice": practice, "booker": booker_of(request)})


def _care_of_all(kinds: Sequence[Bookable]) -> str:
    """What kind of care this is for, where it is the same for every type of visit: that is said once."""
    said = {_care(each) for each in kinds}
    return said.pop() if len(said) == 1 else ""


def _care(bookable: Bookable) -> str:
    return bookable.rules.care_in(get_language() or "")


def _choice(bookable: Bookable, place: Place, *, is_only: bool, has_care: bool) -> Choice:
    kind = bookable.visit_type
    facts = [length(kind.length, locale=place.locale), price_words(kind, place), whom_words(bookable)]
    said = [" · ".join(filter(None, facts)), _care(bookable) if has_care else ""]
    return Choice(str(kind.pk), kind.name, note=". ".join(filter(None, said)), chosen=is_only)
