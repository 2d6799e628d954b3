"""Draws the pages before a press for several visits: the choice, and what was chosen with the sum of its fees."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from freeslot.practices.models import Practice
from freeslot.scheduling.money import Money
from freeslot.scheduling.states import LIVE
from freeslot.scheduling.words import fee_amount
from freeslot.visits.asking import Asker
from freeslot.visits.forms import REVIEWS, CancelForm
from freeslot.visits.frames import frame_for
from freeslot.visits.pressing import Stays
from freeslot.visits.several import Item
from freeslot.visits.snapshot import signed
from freeslot.web.facts import Choice, PhoneLine, Place
from freeslot.web.formatting.lists import listed
from freeslot.web.frame import set_frame


@dataclass(frozen=True)
class Sheet:
    """One visit that is about to be cancelled, with its part of the form."""

    item: Item
    form: CancelForm
    key: str
    seen: str
    also_lost: str
    reviews: list[Choice]
    problem: str

    @property
    def asks_reason(self) -> bool:
        return "reason" in self.form.fields and self.form.fields["reason"].required


def choice_page(
    request: HttpRequest,
    asker: Asker,
    items: Sequence[Item],
    *,
    named: Sequence[str],
    chosen: Sequence[str],
    problem: str = "",
) -> HttpResponse:
    """`named` are those one comes from, `chosen` those that are ticked beforehand."""
    context = {
        "asker": asker,
        "offered": [(item, item.ref in chosen) for item in items if item.can_cancel],
        "others": [item for item in items if not item.can_cancel and item.visit.status in LIVE],
        "named": named,
        "back": named[0] if named else "",
        "problem": problem,
        "phones": phones_of(request, items),
    }
    return render(request, "visits/together.html", context, status=422 if problem else 200)


def review_page(
    request: HttpRequest,
    asker: Asker,
    items: Sequence[Item],
    forms: Mapping[str, CancelForm],
    *,
    named: Sequence[str],
    problems: Mapping[str, Stays] | None = None,
    series_of: str = "",
) -> HttpResponse:
    """Exactly what the press would cancel, and the sum of it. With `problems` it is an answer: nothing was changed.

    `series_of` is the visit from which on a series is cancelled: all of it, or nothing where one stands against it.
    """
    pressed = problems is not None
    problems = problems or {}
    able = [item for item in items if item.can_cancel]
    if series_of and len(able) < len(items):
        able = []
    statuses = [stays.status for stays in problems.values()]
    context: dict[str, Any] = {
        "asker": asker,
        "sheets": [_sheet(item, forms[item.ref], problems.get(item.ref)) for item in able],
        "refused": [item for item in items if not item.can_cancel],
        "named": named,
        "back": named[0] if named else "",
        "series_of": series_of,
        "action": reverse("series-cancellation", args=[series_of]) if series_of else reverse("together"),
        "question": _question(items, able, pressed=pressed),
        "is_answer": pressed,
        "phones": phones_of(request, items),
    }
    if able:
        fees = fees_of([item.verdict.fee for item in able], able[0].card.place)
        context |= {"fees": fees, "press": _press(len(able), fees)}
    return render(request, "visits/together_review.html", context, status=max(statuses, default=200))


def headline(cancelled: int, of: int) -> str:
    if cancelled == of:
        return _("Your visits are cancelled") if of > 1 else _("Your visit is cancelled")
    if not cancelled:
        return _("Your visits are still booked") if of > 1 else _("Your visit is still booked")
    words = ngettext(
        "%(cancelled)s of your %(of)s visits is cancelled",
        "%(cancelled)s of your %(of)s visits are cancelled",
        cancelled,
    )
    return words % {"cancelled": cancelled, "of": of}


def fees_of(fees: Iterable[Money], place: Place) -> str:
    """The sum for each currency, in words; empty where nothing costs anything."""
    totals: Counter[str] = Counter()
    for fee in fees:
        totals[fee.currency] += fee.minor
    amounts = [fee_amount(Money(minor, currency), place) for currency, minor in sorted(totals.items()) if minor]
    return listed(amounts, locale=place.locale)


def phones_of(request: HttpRequest, items: Sequence[Item]) -> list[tuple[str, PhoneLine]]:
    return in_frame(request, [item.visit.practice for item in items], items[0].card.place.now) if items else []


def in_frame(request: HttpRequest, practices: Iterable[Practice], now: datetime) -> list[tuple[str, PhoneLine]]:
    """Sets the frame where all are of one practice; else gives the telephone of each, by its name."""
    distinct = {practice.slug: practice for practice in practices}
    frames = [frame_for(practice, now) for practice in distinct.values()]
    if len(frames) == 1:
        set_frame(request, frames[0])
        return []
    return [(frame.brand.name, frame.phone) for frame in frames if frame.phone]


def _question(items: Sequence[Item], able: Sequence[Item], *, pressed: bool) -> str:
    if pressed or not able:
        live = [item for item in items if item.visit.status in LIVE]
        return headline(len(items) - len(live), len(items))
    if len(able) == 1:
        return _("Cancel this visit?")
    return _("Cancel these %(count)s visits?") % {"count": len(able)}


def _press(count: int, fees: str) -> str:
    known = {"count": count, "fees": fees}
    if not fees:
        return ngettext("Cancel %(count)s visit", "Cancel %(count)s visits", count) % known
    words = ngettext(
        "Cancel %(count)s visit and accept the fee of %(fees)s",
        "Cancel %(count)s visits and accept fees of %(fees)s",
        count,
    )
    return words % known


def _sheet(item: Item, form: CancelForm, stays: Stays | None) -> Sheet:
    form.offer(item.visit.rules)
    chosen = form["review"].value()
    return Sheet(
        item=item,
        form=form,
        key=form.next_key,
        seen=signed(item.visit),
        also_lost=item.visit.rules.also_lost_in(get_language() or ""),
        reviews=[Choice(code, str(words), chosen=chosen == code) for code, words in REVIEWS if item.verdict.fee],
        problem=_why(item, stays) if stays else "",
    )


def _why(item: Item, stays: Stays) -> str:
    if stays.status != 409:
        return stays.why
    fee = fee_amount(item.verdict.fee, item.card.place)
    return _("The fee is now %(fee)s. It is not the one you saw.") % {"fee": fee}
