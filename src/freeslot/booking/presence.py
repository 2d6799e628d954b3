"""What a page with scripts says of itself: that it shows the time that is kept, or that it was closed."""

from contextlib import suppress

from django.http import HttpResponse

from freeslot.booking.flow import Flow
from freeslot.booking.pages import hold_part
from freeslot.scheduling.operations.presence import leave_page, open_page


def still_here(flow: Flow) -> HttpResponse:
    opened = open_page(checkout_id=flow.checkout.pk, now=flow.now)
    opened.visit_type = flow.checkout.visit_type
    return hold_part(Flow(flow.request, flow.booker, opened, flow.now))


def left(flow: Flow) -> HttpResponse:
    """Nobody reads the answer. What is no number is no page."""
    with suppress(ValueError):
        leave_page(checkout_id=flow.checkout.pk, page=int(flow.request.POST.get("page", "")), now=flow.now)
    return HttpResponse(status=204)
