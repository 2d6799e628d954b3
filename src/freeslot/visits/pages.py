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
from freeslot.scheduling.states import LIVE
from freeslot.scheduling.words import fee_amount, panel_for, phone_rule_words, policy_words
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for
from freeslot.visits.differences import alike_choices
from freeslot.visits.forms import REVIEWS, CancelForm
from freeslot.visits.outcomes import told_headline, was_told
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
    is_told = was_told(visit) and verdict.kind is Kind.REFUSED
    is_refused = verdict.kind is Kind.REFUSED and (is_told or not verdict.tells_practice)
    is_picked = PICKED in request.GET and stays is None
    card = card_for(visit, now=now, verdict=verdict)
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "verdict": verdict,
        "can_move": visit.move_verdict(asker.actor, now).is_allowed,
        "panel": panel_for(verdict, facts=visit.facts(), place=card.place),
        "is_told": is_told,
        "question": told_headline(visit, card.place) if is_told else _question(visit, verdict, stays),
        "stays": _why_it_stays(verdict, stays, card.place),
        "policy": policy_words(visit.rules, price=visit.price, place=card.place),
    }
    if not is_refused:
        form = form or CancelForm()
        chosen = visit.reference if is_picked else form["which"].value() or ""
        context |= _form_context(asker, visit, verdict, card.place, form, now=now, chosen=chosen)
        context["is_picked"] = is_picked
        context["series"] = series_note(request, asker, visit)
        context["another"] = asker.is_narrow and has_another_that_week(visit, now)
    template = "visits/refused.html" if is_refused else "visits/cancellation.html"
    return render(request, template, context, status=stays.status if stays else 200)


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


def _question(visit: Appointment, verdict: Verdict, stays: Stays | None) -> str:
    if visit.status not in LIVE:
        if stays and verdict.why is Why.OVER:
            return _("Your visit is still booked as it was")
        return _("This visit is already cancelled") if verdict.why is Why.CANCELLED else _("This visit is over")
    if stays or (verdict.kind is Kind.REFUSED and not verdict.tells_practice):
        return _("Your visit is still booked")
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
