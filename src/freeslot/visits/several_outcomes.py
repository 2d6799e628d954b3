"""Draws the page after a press for several visits: how each stands now, with its receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from freeslot.receipts.models import Receipt
from freeslot.receipts.queries import latest_receipts
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.reasons import ILL
from freeslot.scheduling.states import Status
from freeslot.scheduling.words import STATUSES, fee_words
from freeslot.visits.asking import Asker
from freeslot.visits.cards import undo_box
from freeslot.visits.several import Item
from freeslot.visits.several_pages import fees_of, headline, phones_of
from freeslot.web.facts import UndoBox, VisitCard


@dataclass(frozen=True)
class Result:
    """One visit after the press, in its live state; `notes` are what else the press has led to."""

    visit: Appointment
    card: VisitCard
    words: str
    undo: UndoBox | None
    receipt: Receipt | None
    notes: Sequence[str] = ()


def results_page(request: HttpRequest, asker: Asker, items: Sequence[Item]) -> HttpResponse:
    """Always the live state of each, whenever the page is read."""
    cancelled = [item for item in items if item.visit.status == Status.CANCELLED]
    fees = fees_of([item.visit.fee for item in cancelled], items[0].card.place)
    known = {
        "kind": "late" if fees or len(cancelled) < len(items) else "free",
        "fees": fees,
        "is_ill": any(item.visit.reason == ILL for item in cancelled),
    }
    return outcome_page(request, asker, items, headline(len(cancelled), len(items)), {}, **known)


def outcome_page(
    request: HttpRequest,
    asker: Asker,
    items: Sequence[Item],
    said: str,
    notes: Mapping[str, Sequence[str]],
    **known: object,
) -> HttpResponse:
    """Each of them in its live state, with its receipt, and what is noted of it, by reference."""
    receipts = latest_receipts(item.visit.pk for item in items)
    context = {
        "asker": asker,
        "results": [_result(item, receipts.get(item.visit.pk), notes.get(item.ref, ())) for item in items],
        "headline": said,
        "kind": "free",
        "phones": phones_of(request, items),
        **known,
    }
    return render(request, "visits/together_done.html", context)


def _result(item: Item, receipt: Receipt | None, notes: Sequence[str]) -> Result:
    visit, place = item.visit, item.card.place
    is_cancelled = visit.status == Status.CANCELLED
    return Result(
        visit=visit,
        card=item.card,
        words=fee_words(visit.fee, visit.fee_state, place) if is_cancelled else str(STATUSES[visit.status]),
        undo=undo_box(visit, place),
        receipt=receipt,
        notes=notes,
    )
