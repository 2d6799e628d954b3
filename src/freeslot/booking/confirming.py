"""The press that books: for somebody whom the practice knows at once, for a guest once their contact is proved."""

from django.http import HttpResponse
from django.urls import reverse

from freeslot.booking.flow import Flow
from freeslot.booking.pages import code_page, details_page, review_page
from freeslot.booking.picking import not_had
from freeslot.booking.times_pages import search_after, times_page
from freeslot.events.models import Event
from freeslot.patients.models import Patient
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.errors import SchedulingError, UnknownPatient
from freeslot.scheduling.operations.checkout import finish_checkout
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.proof import prove


def confirm(flow: Flow) -> HttpResponse:
    if not flow.is_filled_in:
        return details_page(flow, form=flow.form(flow.request.POST))
    if flow.patient is not None and flow.booker.actor is not None:
        return _book(flow, flow.patient, flow.booker.actor)
    return review_page(flow)


def type_code(flow: Flow) -> HttpResponse:
    return code_page(flow)


def _book(flow: Flow, patient: Patient, actor: Actor) -> HttpResponse:
    """An earlier press gives its visit; a time that is gone leads to the nearest others, with all that was said."""
    try:
        with telling_what_was_saved():
            booked = finish_checkout(
                checkout_id=flow.checkout.pk, patient=patient, actor=actor, door=Door.PORTAL, now=flow.now
            )
    except UnknownPatient:
        return details_page(flow)
    except SchedulingError as error:
        gone = not_had(error, flow.checkout.starts_at)
        search = search_after(flow.checkout)
        return times_page(flow.request, search, now=flow.now, problem=gone.why, status=gone.status, around=gone.around)
    prove(Event.objects.filter(pk=booked.event_id).first())
    return see_other(reverse("receipt", args=[booked.reference]))
