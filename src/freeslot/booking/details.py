"""The presses of the details page: what was said is noted, and the time is kept on while somebody is at it."""

from contextlib import suppress

from django.http import HttpResponse

from freeslot.booking.flow import Flow
from freeslot.booking.forms import ASKED, DetailsForm
from freeslot.booking.keeping import keep_anew, times_instead
from freeslot.booking.pages import details_page
from freeslot.patients.details import BadDetails
from freeslot.scheduling.errors import HoldOver, SchedulingError
from freeslot.scheduling.operations.checkout import renew_checkout
from freeslot.scheduling.operations.details import fill_in
from freeslot.scheduling.operations.guests import say_who
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.typed import forget_typed, keep_unsent


def say_details(flow: Flow) -> HttpResponse:
    form = flow.form(flow.request.POST)
    if not form.is_valid():
        return details_page(flow, form=form)
    _keep_on(flow)
    try:
        with telling_what_was_saved():
            noted = _as_guest(flow, form) if flow.is_guest else _note(flow, form)
    except BadDetails as bad:
        form.refuse(bad.faults)
        return details_page(flow, form=form)
    except SchedulingError as error:
        keep_unsent(flow.request, ASKED)
        return times_instead(flow, error)
    forget_typed(flow.request)
    return see_other(f"{noted.address}?step=review")


def _note(flow: Flow, form: DetailsForm) -> Flow:
    if flow.booker.account_id:
        fill_in(checkout_id=flow.checkout.pk, details=form.details(), account_id=flow.booker.account_id)
    return flow


def _as_guest(flow: Flow, form: DetailsForm) -> Flow:
    """Where the time has lapsed, the same one is kept once more if nobody has it."""
    if not flow.is_kept:
        flow = keep_anew(flow)
    say_who(checkout_id=flow.checkout.pk, now=flow.now, **(form.who() | form.about()))
    return flow


def keep_longer(flow: Flow) -> HttpResponse:
    """Leads back to the page whose button it was, with what was typed there; where the time cannot be kept longer, that
    page says so."""
    keep_unsent(flow.request, ASKED)
    _keep_on(flow)
    return see_other(f"{flow.address}?step={flow.step}" if flow.step else flow.address)


def _keep_on(flow: Flow) -> None:
    """Once half of the time is gone, so that no renewal is used up for a moment; going on counts as a wish for it."""
    left = flow.checkout.until - flow.now
    if left * 2 <= flow.rules.booking.hold_for:
        with suppress(HoldOver), telling_what_was_saved():
            renew_checkout(checkout_id=flow.checkout.pk, now=flow.now)
