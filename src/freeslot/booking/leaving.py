"""The ways out of a booking: another time, or none; the time that was kept goes back at once."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse

from freeslot.booking.flow import Flow
from freeslot.booking.forms import ASKED
from freeslot.booking.times_pages import search_after
from freeslot.scheduling.operations.checkout import end_checkout
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.typed import forget_typed, keep_unsent


def choose_another(flow: Flow) -> HttpResponse:
    """The list of times again, with all that was said, or typed so far, kept for the one that is picked there."""
    keep_unsent(flow.request, ASKED)
    _end(flow)
    search = search_after(flow.checkout)
    return see_other(
        f"{reverse('book_times', args=[flow.practice.slug])}?{urlencode({**search.kept, **search.narrowed})}"
    )


def stop(flow: Flow) -> HttpResponse:
    forget_typed(flow.request)
    _end(flow)
    return see_other(reverse("practice", args=[flow.practice.slug]))


def _end(flow: Flow) -> None:
    with telling_what_was_saved():
        end_checkout(checkout_id=flow.checkout.pk, now=flow.now)
