"""A time that was kept and is so no more: kept once more while nobody else has it, or the nearest others."""

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from freeslot.booking.booker import Booker, pressing_booker, remember
from freeslot.booking.flow import Flow
from freeslot.booking.times_pages import search_after, times_page
from freeslot.scheduling.errors import HoldOver, SchedulingError
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.scheduling.operations.details import take_over
from freeslot.visits.addresses import household_of
from freeslot.visits.unsuitable import NotThen, not_then


def keep_anew(flow: Flow) -> Flow:
    """The same time under another id, with all that was said; pressed twice, under the id that the first press gave it.
    Raises SlotTaken, SlotsUnsuitable or TooManyHolds."""
    before, booker = flow.checkout, pressing_booker(flow.request, now=flow.now)
    try:
        with transaction.atomic():
            again = _begin_again(flow, booker)
            take_over(checkout_id=again.pk, before=before)
    except SchedulingError:
        kept = booker.kept_already(before.visit_type, before.starts_at, before.practitioner_id, now=flow.now)
        if kept is None:
            raise
        again = kept
    remember(flow.request, booker)
    again.refresh_from_db()
    again.visit_type = before.visit_type
    return Flow(flow.request, booker, again, flow.now)


def _begin_again(flow: Flow, booker: Booker) -> Checkout:
    return begin_checkout(
        visit_type=flow.checkout.visit_type,
        slot_ids=flow.checkout.slot_ids,
        source=booker.source,
        account_id=booker.account_at(flow.practice, flow.now),
        instead_of=flow.checkout.pk,
        network=household_of(flow.request),
        now=flow.now,
    )


def given_back(flow: Flow) -> HttpResponse:
    """An old page of a booking whose time was given back."""
    return times_instead(flow, HoldOver())


def times_instead(flow: Flow, error: SchedulingError) -> HttpResponse:
    """The nearest times, with all that was said kept for the one that is picked."""
    gone = _stopped(flow, error) or not_then(error, flow.checkout.starts_at)
    return times_page(flow.request, search_after(flow.checkout), now=flow.now, gone=gone)


def _stopped(flow: Flow, error: SchedulingError) -> NotThen | None:
    """Of a page that is older than the press that gave its time back, as after going back."""
    if not isinstance(error, HoldOver) or not flow.checkout.was_given_back:
        return None
    words = _("This booking was stopped, and its time was given back. Pick a time to begin it again.")
    return NotThen(words, around=flow.checkout.starts_at, error=error)
