"""One visit: what, when, where, and what can be done about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.moving import WhyNot
from freeslot.scheduling.policy import Verdict
from freeslot.scheduling.queries import has_another_that_week
from freeslot.scheduling.states import LIVE
from freeslot.scheduling.words import panel_for, policy_words
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for, undo_box
from freeslot.visits.entering import visit_page
from freeslot.visits.histories import history_of, history_words, last_move_in, moved_words
from freeslot.visits.loading import appointment_for
from freeslot.visits.outcomes import outcome_panel, was_told
from freeslot.visits.series import series_note
from freeslot.visits.unsuitable import words_against_move
from freeslot.visits.video import own_clock
from freeslot.visits.wishes import wish_box
from freeslot.web.facts import Panel, Place

# What stands against a move while the visit is still to come and everything else can be pressed.
BY_PHONE = {WhyNot.TOO_LATE, WhyNot.TOO_OFTEN}


@require_safe
@visit_page
def appointment(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    card = card_for(visit, now=now)
    verdict, events = visit.verdict(asker.actor, now), history_of(visit)
    move_verdict = visit.move_verdict(asker.actor, now)
    move = last_move_in(events)
    return render(
        request,
        "visits/appointment.html",
        {
            "asker": asker,
            "visit": visit,
            "card": card,
            "verdict": verdict,
            "can_move": move_verdict.is_allowed,
            "only_by_phone": words_against_move(move_verdict, card.place) if move_verdict.why_not in BY_PHONE else "",
            "moved": moved_words(move, asker, card.place) if move else "",
            "panel": _panel(visit, verdict, asker, card.place),
            "undo": undo_box(visit, card.place),
            "series": series_note(request, asker, visit) if visit.status in LIVE else None,
            "wish": wish_box(visit, asker, card.place),
            "is_told": was_told(visit),
            "another": asker.is_narrow and visit.status in LIVE and has_another_that_week(visit, now),
            "own_clock": own_clock(request, visit.starts_at, card.place) if visit.visit_type.by_video else None,
            "history": history_words(events, asker, card.place),
            "policy": policy_words(visit.rules, price=visit.price, place=card.place, moves=visit.moves),
        },
    )


def _panel(visit: Appointment, verdict: Verdict, asker: Asker, place: Place) -> Panel | None:
    if was_told(visit):
        return outcome_panel(visit, asker, place=place, receipt=None)
    return panel_for(verdict, facts=visit.facts(), place=place) if visit.status in LIVE else None
