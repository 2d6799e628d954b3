"""The ways out of a booking: another time, or none; the time that was kept goes back at once."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from freeslot.booking.flow import Flow
from freeslot.booking.times_pages import search_after, times_page
from freeslot.scheduling.operations.checkout import end_checkout
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.unsuitable import HOLD_OVER


def choose_another(flow: Flow) -> HttpResponse:
    """The list of times again, with all that was said kept for the one that is picked there."""
    _end(flow)
    chosen = {**search_after(flow.checkout).kept, "practitioner": "", "place": str(flow.checkout.location_id)}
    return see_other(f"{reverse('book_times', args=[flow.practice.slug])}?{urlencode(chosen)}")


def stop(flow: Flow) -> HttpResponse:
    _end(flow)
    return see_other(reverse("practice", args=[flow.practice.slug]))


def given_back(flow: Flow) -> HttpResponse:
    """An old page of a booking whose time was given back: the nearest times, with all that was said kept."""
    search = search_after(flow.checkout)
    return times_page(
        flow.request, search, now=flow.now, problem=str(HOLD_OVER), status=409, around=flow.checkout.starts_at
    )


def _end(flow: Flow) -> None:
    with telling_what_was_saved():
        end_checkout(checkout_id=flow.checkout.pk, now=flow.now)
