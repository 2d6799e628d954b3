"""Draws the page of open times: as it is asked for, and again when a time could not be had."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from freeslot.booking.booker import Booker, booker_of, number_for
from freeslot.booking.words import price_words
from freeslot.practices.models import VisitType
from freeslot.scheduling.errors import HoldOver, SlotsUnsuitable, SlotTaken, Unsuitable
from freeslot.scheduling.models import Checkout
from freeslot.visits.frames import place_of
from freeslot.visits.offers import FROM, PLACE, PRACTITIONER, Look, look_of, offer_for
from freeslot.visits.time_lists import time_list
from freeslot.visits.times import nearest
from freeslot.visits.unsuitable import NothingPicked, NotThen
from freeslot.web.facts import Place
from freeslot.web.formatting import length
from freeslot.web.ids import as_uuid

NARROWED = (FROM, PRACTITIONER, PLACE)
# The longest reference as people type it.
LONGEST = 40


@dataclass(frozen=True)
class Search:
    """What is looked for. `like` is the visit that it shall be like, `after` a booking whose time was not had: what was
    said in either is kept."""

    visit_type: VisitType
    look: Look
    like: str = ""
    after: uuid.UUID | None = None

    @property
    def kept(self) -> dict[str, str]:
        """What goes along in every address and form of the list."""
        kept = {"type": str(self.visit_type.pk), "like": self.like, "after": str(self.after or "")}
        return {name: value for name, value in kept.items() if value}

    @property
    def narrowed(self) -> dict[str, str]:
        """Whom and where, as the form sends it along."""
        named = {PRACTITIONER: self.look.practitioner_id, PLACE: self.look.location_id}
        return {name: str(value) for name, value in named.items() if value}


def search_in(sent: QueryDict, visit_type: VisitType) -> Search:
    return Search(
        visit_type,
        look_of({name: sent.get(name, "") for name in NARROWED if name in sent}),
        sent.get("like", "")[:LONGEST],
        as_uuid(sent.get("after", "")),
    )


def search_after(checkout: Checkout) -> Search:
    """For the times around one that was kept: with the same practitioner where there is nothing said otherwise."""
    return Search(checkout.visit_type, Look(location_id=checkout.location_id), after=checkout.pk)


def times_page(
    request: HttpRequest,
    search: Search,
    *,
    now: datetime,
    gone: NotThen | None = None,
    kept: list[Checkout] | None = None,
) -> HttpResponse:
    """With `gone` it is an answer; `kept` are the bookings of theirs that stand against the time, at any practice."""
    kind, place = search.visit_type, place_of(search.visit_type.practice, now)
    booker = booker_of(request)
    offer = offer_for(kind, now=now, source=booker.source)
    if _is_closed(kind, booker, gone):
        offer = replace(offer, people=[])
    address = reverse("book_times", args=[kind.practice.slug])
    near = nearest(offer.ask(search.look), gone.around, now=now) if gone and gone.around else ()
    context = {
        "practice": kind.practice,
        "visit_type": kind,
        "about": _about(kind, place),
        "times": time_list(offer, search.look, place=place, address=address, kept=search.kept, near=near),
        "hidden": (search.kept | search.narrowed | number_for(request)).items(),
        "problem": gone.why if gone else "",
        "is_unpicked": isinstance(gone, NothingPicked),
        "kept": [(each, place_of(each.visit_type.practice, now)) for each in kept or []],
    }
    return render(request, "booking/times.html", context, status=_status(gone))


def _is_closed(visit_type: VisitType, booker: Booker, gone: NotThen | None) -> bool:
    """Whether the practice takes this kind of visit, or this booker, only by phone by now: no time would be kept."""
    error = gone.error if gone else None
    is_refused = isinstance(error, SlotsUnsuitable) and error.why is Unsuitable.NOT_ONLINE
    return is_refused or not visit_type.is_online or not booker.may_book(visit_type.practice)


def _status(gone: NotThen | None) -> int:
    if gone is None:
        return 200
    return 409 if isinstance(gone.error, SlotTaken | HoldOver) else 422


def _about(visit_type: VisitType, place: Place) -> str:
    return " · ".join(
        filter(None, [visit_type.name, length(visit_type.length, locale=place.locale), price_words(visit_type, place)])
    )
