"""Draws the pages on which a series moves: the times for its first visit, all old and new times, and the outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.money import Money
from freeslot.scheduling.states import Status
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for, new_card
from freeslot.visits.forms import MoveForm
from freeslot.visits.histories import last_moves, moved_words
from freeslot.visits.move_terms import terms_panel
from freeslot.visits.offers import look_of, offer_for
from freeslot.visits.series_moving import Going
from freeslot.visits.several import Item
from freeslot.visits.several_outcomes import outcome_page
from freeslot.visits.several_pages import fees_of, headline
from freeslot.visits.snapshot import signed
from freeslot.visits.time_lists import said_in, time_list
from freeslot.visits.times import nearest
from freeslot.visits.unsuitable import NotThen
from freeslot.web.facts import Panel, VisitCard


@dataclass(frozen=True)
class MoveSheet:
    """One visit that is about to move, with its part of the form; `problem` is why it cannot, `then` the time that it
    would have or cannot have, None where there is no such time."""

    item: Item
    then: VisitCard | None
    panel: Panel | None
    form: MoveForm
    key: str
    seen: str
    value: str
    confirm: int
    problem: str

    @property
    def asks_reason(self) -> bool:
        return "reason" in self.form.fields and self.form.fields["reason"].required


def series_times_page(
    request: HttpRequest, asker: Asker, visit: Appointment, *, count: int, now: datetime, gone: NotThen | None = None
) -> HttpResponse:
    """The open times for the first of them, with the practitioner it has."""
    card, look = card_for(visit, now=now), look_of(request.POST or request.GET)
    offer = offer_for(visit.visit_type, now=now, moving=visit)
    own = replace(offer, people=[each for each in offer.people if each.practitioner_id == visit.practitioner_id])
    address = reverse("series-move", args=[visit.reference])
    near = nearest(own.ask(look), gone.around, now=now) if gone and gone.around else []
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "action": address,
        "count": count,
        "later": count - 1,
        "times": time_list(own, look, place=card.place, address=address, near=near),
        "gone": gone.why if gone else "",
    }
    return render(request, "visits/series_move.html", context, status=422 if gone else 200)


def series_review_page(
    request: HttpRequest,
    asker: Asker,
    going: Sequence[Going],
    forms: Mapping[str, MoveForm],
    *,
    now: datetime,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Old and new of each, and the press where all can move. With `problems` it is an answer: nothing was changed."""
    visit, place = going[0].item.visit, going[0].item.card.place
    sheets = [_sheet(each, forms[each.item.ref], (problems or {}).get(each.item.ref, ""), now) for each in going]
    can_press = not any(each.against for each in going)
    fees = fees_of([Money(each.verdict.carried.minor, each.verdict.carried.currency) for each in going], place)
    context = {
        "asker": asker,
        "visit": visit,
        "sheets": sheets,
        "can_press": can_press,
        "said": said_in(request.POST),
        "question": _question(len(going), can_press=can_press, is_answer=bool(problems)),
        "is_answer": bool(problems),
        "fees": fees,
        "press": ngettext("Move %(count)s visit", "Move %(count)s visits", len(going)) % {"count": len(going)},
    }
    return render(request, "visits/series_move_review.html", context, status=status)


def series_moved_page(request: HttpRequest, asker: Asker, items: Sequence[Item]) -> HttpResponse:
    """Always the live state of each, whenever the page is read."""
    cancelled = [item for item in items if item.visit.status == Status.CANCELLED]
    moves = last_moves(item.visit for item in items)
    if cancelled:
        said, kind = headline(len(cancelled), len(items)), "plain"
    else:
        said, kind = _("Your visits are moved") if len(moves) == len(items) else _("Your visits"), "free"
    notes = {item.ref: _notes(item, moves.get(item.visit.pk)) for item in items if item not in cancelled}
    return outcome_page(request, asker, items, said, notes, kind=kind)


def _notes(item: Item, move: Event | None) -> list[str]:
    """When it was before, and what a cancel would cost from now on."""
    return [*([moved_words(move, item.asker, item.card.place)] if move else []), item.headline]


def _question(count: int, *, can_press: bool, is_answer: bool) -> str:
    if is_answer:
        return _("Your visits are still booked")
    if not can_press:
        return _("These visits cannot be moved together")
    return _("Move these %(count)s visits?") % {"count": count}


def _sheet(going: Going, form: MoveForm, problem: str, now: datetime) -> MoveSheet:
    visit, planned = going.item.visit, going.planned
    form.offer(visit.rules)
    at = planned.slots[0] if planned.slots else visit
    return MoveSheet(
        item=going.item,
        then=new_card(visit, planned.starts_at, at, now=now, is_listed=True) if planned.starts_at else None,
        panel=_panel(going) if not going.against else None,
        form=form,
        key=form.next_key,
        seen=signed(visit),
        value=going.value,
        confirm=going.verdict.carried.minor,
        problem=" ".join(dict.fromkeys(filter(None, [problem, going.against]))),
    )


def _panel(going: Going) -> Panel | None:
    starts_at = going.planned.starts_at
    return terms_panel(going.item.visit, going.verdict, starts_at, going.item.card.place) if starts_at else None
