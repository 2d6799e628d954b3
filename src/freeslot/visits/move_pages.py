"""Draws the move pages: the list of times, old and new side by side, and what is said where nothing can be moved."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.moving import MoveVerdict, WhyNot
from freeslot.scheduling.policy import Kind
from freeslot.scheduling.queries import has_another_at
from freeslot.scheduling.words import fee_amount, policy_words
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for, new_card
from freeslot.visits.forms import MoveForm
from freeslot.visits.holds import source_of
from freeslot.visits.move_terms import carried_words, rules_of_today, terms_panel
from freeslot.visits.offers import look_of, offer_for
from freeslot.visits.outcomes import unchanged_headline, was_told
from freeslot.visits.overlaps import overlapping
from freeslot.visits.pressing import MovedMeanwhile, Stays
from freeslot.visits.series import series_note
from freeslot.visits.snapshot import signed
from freeslot.visits.time_lists import said_in, time_list
from freeslot.visits.times import nearest
from freeslot.visits.unsuitable import NotThen, moved_meanwhile, words_against_move
from freeslot.visits.video import ZONE, own_clock
from freeslot.visits.wishes import can_wish
from freeslot.web.facts import VisitCard


@dataclass(frozen=True)
class NewTime:
    """The time somebody looks at: its slots, and what keeps them meanwhile, if anything does."""

    slot_ids: list[int]
    kept: Checkout | None = None


def times_page(
    request: HttpRequest,
    asker: Asker,
    visit: Appointment,
    form: MoveForm,
    *,
    now: datetime,
    gone: NotThen | None = None,
) -> HttpResponse:
    """The times to choose from; with `gone` those nearest to the one that cannot be had come first."""
    verdict = visit.move_verdict(asker.actor, now)
    if not verdict.is_allowed:
        return refused_page(request, asker, visit, now=now)
    card = card_for(visit, now=now)
    offer = offer_for(visit.visit_type, now=now, moving=visit, source=source_of(asker))
    look = look_of(request.POST or request.GET)
    near = nearest(offer.ask(look), gone.around, now=now) if gone and gone.around else []
    address = reverse("move", args=[visit.reference])
    chosen = form["time"].value() or ""
    by_clock = own_clock(request, visit.starts_at, card.place) if visit.visit_type.by_video else None
    kept = {ZONE: by_clock.zone} if by_clock and by_clock.words else {}
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "form": form,
        "times": time_list(offer, look, place=card.place, address=address, kept=kept, chosen=chosen, near=near),
        "own_clock": by_clock,
        "gone": gone.why if gone else "",
        "until": verdict.until,
        "left": verdict.left,
        "carried": carried_words(verdict, card.place),
        "series": series_note(request, asker, visit),
        "can_wish": can_wish(visit, verdict, now),
    }
    return render(request, "visits/move.html", context, status=422 if gone else 200)


def review_page(
    request: HttpRequest,
    asker: Asker,
    visit: Appointment,
    form: MoveForm,
    new: NewTime,
    *,
    now: datetime,
    stays: Stays | None = None,
) -> HttpResponse:
    """Old and new side by side, what the move would mean, and the press. With `stays` it is an answer."""
    verdict = visit.move_verdict(asker.actor, now)
    if not verdict.is_allowed:
        return refused_page(request, asker, visit, now=now)
    slot = Slot.objects.select_related("practitioner", "location").get(pk=new.slot_ids[0])
    card, then = card_for(visit, now=now), new_card(visit, slot.starts_at, slot, now=now)
    form.offer(visit.rules)
    overlaps = overlapping(asker.actor, then.starts_at, then.ends_at, now=now, but=visit)
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "then": then,
        "form": form,
        "key": form.next_key,
        "confirm": verdict.carried.minor,
        "seen": signed(visit),
        "said": said_in(request.POST),
        "panel": terms_panel(visit, verdict, slot.starts_at, card.place),
        "own_clock": own_clock(request, slot.starts_at, card.place) if visit.visit_type.by_video else None,
        "kept_until": new.kept.until if new.kept else None,
        # The facts on the page are this visit's.
        "overlaps": [replace(each, facts={}) for each in overlaps],
        "another": asker.is_narrow and not overlaps and has_another_at(visit, then.starts_at, then.ends_at),
        "stays": _why_it_stays(verdict, stays, card),
        "policy": policy_words(visit.rules, price=visit.price, place=card.place, moves=visit.moves),
        "today": rules_of_today(visit, card.place),
    }
    return render(request, "visits/move_review.html", context, status=stays.status if stays else 200)


def refused_page(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    """How the visit stands, why it cannot be moved here, and whom to call."""
    card, is_press = card_for(visit, now=now), request.method == "POST"
    verdict, cancel = visit.move_verdict(asker.actor, now), visit.verdict(asker.actor, now)
    context: dict[str, Any] = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "headline": unchanged_headline(
            is_cancelled=verdict.why_not is WhyNot.CANCELLED, is_over=verdict.why_not is WhyNot.OVER, is_press=is_press
        ),
        "why": words_against_move(verdict, card.place),
        "has_receipt": verdict.why_not in {WhyNot.CANCELLED, WhyNot.TOLD},
        "can_cancel": cancel.kind is not Kind.REFUSED,
        "can_tell": cancel.tells_practice and not was_told(visit),
    }
    return render(request, "visits/refused.html", context, status=422 if is_press else 200)


def _why_it_stays(verdict: MoveVerdict, stays: Stays | None, card: VisitCard) -> str:
    if stays is None:
        return ""
    if isinstance(stays, MovedMeanwhile):
        return moved_meanwhile(card)
    if stays.status == 409 and not stays.why:
        words = _(
            "A cancel after the move would now cost at least %(fee)s. You saw another fee, so nothing was changed. "
            "Look again before you press."
        )
        return words % {"fee": fee_amount(verdict.carried, card.place)}
    return stays.why
