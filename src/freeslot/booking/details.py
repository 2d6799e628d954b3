"""The presses of the details page: what was said is noted, and the time is kept on while somebody is at it."""

from django.http import HttpResponse

from freeslot.booking.flow import Flow
from freeslot.booking.leaving import given_back
from freeslot.booking.pages import details_page
from freeslot.scheduling.errors import HoldOver
from freeslot.scheduling.operations.checkout import renew_checkout
from freeslot.scheduling.operations.details import fill_in
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other

STEPS = {"review", "code"}


def say_details(flow: Flow) -> HttpResponse:
    form = flow.form(flow.request.POST)
    if not form.is_valid():
        return details_page(flow, form=form)
    try:
        with telling_what_was_saved():
            fill_in(checkout_id=flow.checkout.pk, details=form.details(), account_id=flow.booker.account_id)
    except HoldOver:
        return given_back(flow)
    _keep_on(flow)
    return see_other(f"{flow.address}?step=review")


def keep_longer(flow: Flow) -> HttpResponse:
    """Leads back to the page whose button it was; where the time cannot be kept longer, that page says so."""
    _keep_on(flow, always=True)
    step = flow.request.POST.get("step", "")
    return see_other(f"{flow.address}?step={step}" if step in STEPS else flow.address)


def _keep_on(flow: Flow, *, always: bool = False) -> None:
    """Going on counts as a wish for more time once half of it is gone."""
    left = flow.checkout.until - flow.now
    if not always and left * 2 > flow.rules.booking.hold_for:
        return
    try:
        with telling_what_was_saved():
            renew_checkout(checkout_id=flow.checkout.pk, now=flow.now)
    except HoldOver:
        pass
