"""Draws the pages of one booking in the making: the details, the look at all of it, and the code of a guest."""

from django.http import HttpResponse
from django.shortcuts import render

from freeslot.booking.flow import Flow
from freeslot.booking.forms import DetailsForm
from freeslot.booking.overlaps import overlapping
from freeslot.booking.review import review_of


def details_page(flow: Flow, *, form: DetailsForm | None = None) -> HttpResponse:
    """With a form that holds something wrong it is an answer."""
    context = _context(flow) | {"form": form or flow.form()}
    return render(flow.request, "booking/details.html", context, status=422 if form else 200)


def review_page(flow: Flow, *, problem: str = "", status: int = 200) -> HttpResponse:
    overlaps = overlapping(flow.checkout, flow.booker, now=flow.now)
    context = _context(flow) | {"review": review_of(flow), "overlaps": overlaps, "problem": problem, "step": "review"}
    return render(flow.request, "booking/review.html", context, status=status)


def code_page(flow: Flow, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = _context(flow) | {"problem": problem, "step": "code"}
    return render(flow.request, "booking/code.html", context, status=status)


def _context(flow: Flow) -> dict[str, object]:
    return {
        "practice": flow.practice,
        "checkout": flow.checkout,
        "flow": flow,
        "place": flow.place,
        "is_kept": flow.checkout.is_kept(flow.now),
        "address": flow.address,
    }
