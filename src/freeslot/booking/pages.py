"""Draws the pages of one booking in the making: the details, the look at all of it, and the code of a guest."""

from enum import StrEnum

from django.http import HttpResponse
from django.shortcuts import render

from freeslot.booking.flow import Flow
from freeslot.booking.forms import DetailsForm
from freeslot.booking.review import review_of
from freeslot.booking.words import code_words
from freeslot.messages.guests import guest_code_state
from freeslot.visits.overlaps import overlapping
from freeslot.visits.video import own_clock
from freeslot.web.facts import VisitCard


def details_page(flow: Flow, *, form: DetailsForm | None = None) -> HttpResponse:
    """With a form that holds something wrong it is an answer."""
    context = _context(flow) | {"form": form or flow.form()}
    return render(flow.request, "booking/details.html", context, status=422 if form else 200)


def missing_page(flow: Flow) -> HttpResponse:
    """The answer to a press that came before the details: what was said so far, and what is missing."""
    context = _context(flow) | {"form": flow.form(flow.said), "is_early": True}
    return render(flow.request, "booking/details.html", context, status=422)


class Changed(StrEnum):
    """What is not as the page had shown it."""

    RULES = "rules"
    SAID = "said"


def review_page(flow: Flow, *, changed: Changed | None = None) -> HttpResponse:
    """With `changed` it is an answer."""
    context = _context(flow) | {
        "review": review_of(flow),
        "overlaps": _overlaps(flow),
        "step": "review",
        "changed": changed,
    }
    if flow.checkout.visit_type.by_video:
        context["own_clock"] = own_clock(flow.request, flow.checkout.starts_at, flow.place)
    return render(flow.request, "booking/review.html", context, status=409 if changed else 200)


def _overlaps(flow: Flow) -> list[VisitCard]:
    """Nothing for somebody who is not signed in: it would tell a stranger who has visits here."""
    if flow.booker.actor is None:
        return []
    return overlapping(flow.booker.actor, flow.checkout.starts_at, flow.checkout.ends_at, now=flow.now)


def hold_part(flow: Flow) -> HttpResponse:
    """How long the time is kept, for a page that is open."""
    return render(flow.request, "booking/part_hold.html", _context(flow) | {"step": flow.step})


def code_page(flow: Flow, *, problem: str = "") -> HttpResponse:
    """Without telling whether a code went out: that would tell whether somebody else books with the same contact."""
    sent = guest_code_state(flow.checkout.pk, now=flow.now)
    context = _context(flow) | {
        "problem": problem,
        "step": "code",
        "masked": sent.to,
        "sent": sent.state,
        "until": sent.until,
        "may_send": sent.again_at is not None,
        "over_words": code_words(sent.state),
    }
    return render(flow.request, "booking/code.html", context, status=422 if problem else 200)


def _context(flow: Flow) -> dict[str, object]:
    return {
        "practice": flow.practice,
        "checkout": flow.checkout,
        "flow": flow,
        "place": flow.place,
        "is_kept": flow.is_kept,
        "address": flow.address,
    }
