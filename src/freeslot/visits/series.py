"""What the pages of a visit say of its series, and which of it can be pressed for together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.series import is_weekly, this_and_later, visits_in_series
from freeslot.visits.asking import Asker, NotAnyMore, asker_for
from freeslot.visits.cards import card_for
from freeslot.visits.several import Item, items_named


@dataclass(frozen=True)
class SeriesNote:
    """`later` is how many come after this one; `is_mine` whether the asker may press for those too."""

    headline: str
    later: int
    is_mine: bool

    @property
    def cancel_words(self) -> str:
        words = ngettext("Cancel this and the one after it", "Cancel this and the %(count)s after it", self.later)
        return words % {"count": self.later}

    @property
    def move_words(self) -> str:
        words = ngettext("Move this and the one after it", "Move this and the %(count)s after it", self.later)
        return words % {"count": self.later}


def series_note(request: HttpRequest, asker: Asker, visit: Appointment) -> SeriesNote | None:
    """None where the visit is alone. One statement, and one more for the holder of a link; none without a series."""
    visits = visits_in_series(visit)
    chosen = this_and_later(visit, visits)
    if len(visits) < 2 or not chosen:
        return None
    return SeriesNote(_headline(visits), len(chosen) - 1, _is_mine(request, asker, chosen))


def _headline(visits: Sequence[Appointment]) -> str:
    count = {"count": len(visits)}
    if is_weekly(visits):
        return _("This is one of %(count)s weekly visits") % count
    return _("This is one of a series of %(count)s visits") % count


def _is_mine(request: HttpRequest, asker: Asker, visits: list[Appointment]) -> bool:
    """A link is good for its own visit alone: its holder presses for those that were opened here, each by its own."""
    if not asker.is_narrow:
        return True
    try:
        everything = asker_for(request)
    except NotAnyMore:
        return False
    return everything is not None and {visit.pk for visit in visits} <= set(everything.actor.appointment_ids)


def mine_of(request: HttpRequest, asker: Asker, refs: Sequence[str], *, now: datetime) -> list[Item] | None:
    """None where the holder of a link has not proved the right to one of them in this browser. Raises Http404 to
    an account."""
    try:
        return items_named(request, refs, now=now)
    except (Http404, NotAnyMore):
        if asker.is_narrow:
            return None
        raise


def narrow_page(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    """That this link is good for this visit alone, and what leads to the others."""
    note, card = series_note(request, asker, visit), card_for(visit, now=now)
    headline = note.headline if note else _("Only this visit")
    context = {"asker": asker, "visit": visit, "card": card, "headline": headline}
    return render(request, "visits/series_narrow.html", context, status=422 if request.method == "POST" else 200)
