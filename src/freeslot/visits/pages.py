"""Draws the cancel page: as it is asked for, and again when a press changed nothing."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.policy import Kind, Verdict, Why
from freeslot.scheduling.queries import has_another_that_week, visits_alike
from freeslot.scheduling.states import LIVE, Status
from freeslot.scheduling.words import fee_amount, panel_for, phone_rule_words, policy_words, verdict_words
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for
from freeslot.visits.differences import alike_choices
from freeslot.visits.forms import REVIEWS, CancelForm
from freeslot.visits.outcomes import told_headline, unchanged_headline, was_told
from freeslot.visits.pressing import Stays
from freeslot.visits.series import series_note
from freeslot.visits.snapshot import signed
from freeslot.web.facts import Choice, Place
from freeslot.web.formatting import length

# In the address of the page to which picking the other of two visits leads.
PICKED = "picked"


def cancel_page(
    request: HttpRequest,
    asker: Asker,
    visit: Appointment,
    *,
    now: datetime,
    form: CancelForm | None = None,
    stays: Stays | None = None,
) -> HttpResponse:
    """The verdict with its form; without the form where nothing can be pressed. With `stays` it is an answer."""
    verdict = visit.verdict(asker.actor, now)
    if verdict.kind is Kind.REFUSED and (was_told(visit) or not verdict.tells_practice):
        return _refused_page(request, asker, visit, verdict, stays, now=now)
    is_picked = PICKED in request.GET and stays is None
    card, form = card_for(visit, now=now, verdict=verdict), form or CancelForm()
    chosen = visit.reference if is_picked else form["which"].value() or ""
    context = _form_context(asker, visit, verdict, card.place, form, now=now, chosen=chosen) | {
        "asker": asker,
        "visit": visit,
        "card": card,
        "verdict": verdict,
        "can_move": visit.move_verdict(asker.actor, now).is_allowed,
        "panel": panel_for(verdict, facts=visit.facts(), place=card.place),
        "headline": _headline(visit, verdict, stays),
        "stays": _why_it_stays(verdict, stays, card.place),
        "policy": policy_words(visit.rules, price=visit.price, place=card.place, moves=visit.moves),
        "is_picked": is_picked,
        "series": series_note(request, asker, visit),
        "another": asker.is_narrow and has_another_that_week(visit, now),
    }
    return render(request, "visits/cancellation.html", context, status=stays.status if stays else 200)


def _refused_page(
    request: HttpRequest, asker: Asker, visit: Appointment, verdict: Verdict, stays: Stays | None, *, now: datetime
) -> HttpResponse:
    """How the visit stands, why it cannot be cancelled here, and whom to call."""
    card, is_told = card_for(visit, now=now, verdict=verdict), was_told(visit)
    headline = told_headline(visit, card.place) if is_told else _headline(visit, verdict, stays)
    is_cancelled = visit.status == Status.CANCELLED
    why = (
        "" if is_cancelled else ". ".join(each for each in verdict_words(verdict, place=card.place) if each != headline)
    )
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "headline": headline,
        "why": _("The practice decides what happens next.") if is_told else why,
        "has_receipt": is_cancelled or is_told,
    }
    return render(request, "visits/refused.html", context, status=stays.status if stays else 200)


def _form_context(
    asker: Asker, visit: Appointment, verdict: Verdict, place: Place, form: CancelForm, *, now: datetime, chosen: str
) -> dict[str, Any]:
    form.offer(visit.rules)
    return {
        "form": form,
        "key": form.next_key,
        "press": _press(verdict, place),
        "alike": alike_choices(visit, visits_alike(visit, asker.actor, now), place, chosen=chosen),
        "by_phone": phone_rule_words(verdict.phone_steps, place) if verdict.phone_steps is not None else "",
        "also_lost": visit.rules.also_lost_in(get_language() or ""),
        "reviews": [Choice(code, str(words), chosen=form["review"].value() == code) for code, words in REVIEWS],
        "undo_for": length(verdict.undo_until - now, locale=place.locale) if verdict.undo_until else "",
        "seen": signed(visit),
    }


def _headline(visit: Appointment, verdict: Verdict, stays: Stays | None) -> str:
    if stays or visit.status not in LIVE or (verdict.kind is Kind.REFUSED and not verdict.tells_practice):
        is_over, is_cancelled = visit.status not in LIVE, verdict.why is Why.CANCELLED
        return unchanged_headline(is_cancelled=is_cancelled, is_over=is_over, is_press=stays is not None)
    return _("Tell the practice you are not coming?") if verdict.tells_practice else _("Cancel this visit?")


def _why_it_stays(verdict: Verdict, stays: Stays | None, place: Place) -> str:
    if stays is None:
        return ""
    if stays.status == 409 and not stays.why:
        words = _(
            "The fee is now %(fee)s. It is not the one you saw, so nothing was changed. Look again before you press."
        )
        return words % {"fee": fee_amount(verdict.fee, place)}
    return stays.why


def _press(verdict: Verdict, place: Place) -> str:
    if verdict.tells_practice:
        return _("Tell the practice I am not coming")
    if verdict.fee:
        return _("Cancel and accept the %(fee)s fee") % {"fee": fee_amount(verdict.fee, place)}
    return _("Cancel this visit")
