"""The press that books: for somebody whom the practice knows at once, for a guest once their contact is proved."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from freeslot.booking.booker import change_key
from freeslot.booking.flow import Flow
from freeslot.booking.keeping import keep_anew, times_instead
from freeslot.booking.pages import Changed, code_page, missing_page, review_page
from freeslot.booking.words import again_words, code_words
from freeslot.messages.guests import guest_code_state
from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import DetailsMissing, KeyReused, NotVerified, SchedulingError, UnknownPatient
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import Booked
from freeslot.scheduling.operations.checkout import finish_checkout
from freeslot.scheduling.operations.guests import ask_guest_code, book_as_guest, use_guest_code, was_just_used
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.addresses import household_of
from freeslot.visits.answers import see_other
from freeslot.visits.proof import prove

# In the session: what guests saw when they asked for a code, the terms first, of a few bookings at once.
ACCEPTED, MOST_ACCEPTED = "accepted", 4


def confirm(flow: Flow) -> HttpResponse:
    """A guest whose contact is not proved yet gets a code there. Nobody books under terms, or for somebody, that they
    were not shown."""
    sent = flow.request.POST
    if not flow.is_filled_in:
        return missing_page(flow)
    if sent.get("rules", flow.terms) != flow.terms:
        return review_page(flow, changed=Changed.RULES)
    if sent.get("about", flow.about) != flow.about:
        return review_page(flow, changed=Changed.SAID)
    if flow.needs_code:
        flow.request.session[ACCEPTED] = [*_accepted(flow), _shown(flow)][-MOST_ACCEPTED:]
        return send_code(flow)
    return _answer(flow, _book_guest if flow.is_guest else _book)


def send_code(flow: Flow) -> HttpResponse:
    """The page says the same whether or not one is sent now: how often is nobody's to find out."""
    if not flow.is_guest or not flow.is_filled_in:
        return _look_again(flow)
    try:
        with telling_what_was_saved():
            if not flow.is_kept:
                flow = keep_anew(flow)
            network = household_of(flow.request)
            ask_guest_code(checkout_id=flow.checkout.pk, door=Door.PORTAL, network=network, now=flow.now)
    except SchedulingError as error:
        return times_instead(flow, error)
    return see_other(f"{flow.address}?step=code")


def send_another(flow: Flow) -> HttpResponse:
    """The same once more, or when it can be sent: by this booking's own codes alone, so nobody learns of another's."""
    wait = again_words(guest_code_state(flow.checkout.pk, now=flow.now), flow.place) if flow.needs_code else ""
    return code_page(flow, problem=wait) if wait and flow.is_filled_in else send_code(flow)


def type_code(flow: Flow) -> HttpResponse:
    if not flow.is_guest or not flow.is_filled_in:
        return _look_again(flow)
    if _shown(flow) not in _accepted(flow):
        has_terms = any(each.startswith(f"{flow.terms} ") for each in _accepted(flow))
        return review_page(flow, changed=Changed.SAID if has_terms else Changed.RULES)
    if flow.needs_code and not flow.request.POST.get("code", "").strip():
        return code_page(flow, problem=_("Type the code from our message."))
    try:
        with telling_what_was_saved():
            is_right = flow.checkout.verified_at is not None or _is_code(flow)
    except SchedulingError as error:
        return times_instead(flow, error)
    if not is_right:
        return code_page(flow, problem=code_words(guest_code_state(flow.checkout.pk, now=flow.now).state))
    return _proved(flow)


def press_again(flow: Flow, visit: Appointment) -> HttpResponse:
    """Of a booking that is a visit already. The press that booked it may have come twice: then the code opens the visit
    to the one whose answer the browser waits for; any other is led to it as everybody is."""
    if flow.request.POST.get("press") == "code" and flow.is_guest and _is_code(flow):
        return _proved(flow)
    return see_other(reverse("receipt", args=[visit.reference]))


def _is_code(flow: Flow) -> bool:
    """Of two presses at once, one uses the code and the other finds it used this moment."""
    typed = flow.request.POST.get("code", "")
    if flow.checkout.appointment is None and use_guest_code(checkout_id=flow.checkout.pk, typed=typed, now=flow.now):
        return True
    return was_just_used(checkout_id=flow.checkout.pk, typed=typed, now=flow.now)


def _proved(flow: Flow) -> HttpResponse:
    answer = _answer(flow, _book_guest)
    with suppress(OperationalError):
        change_key(flow.request, now=flow.now)
    return answer


def _shown(flow: Flow) -> str:
    return f"{flow.terms} {flow.about}"


def _accepted(flow: Flow) -> list[str]:
    return list(flow.request.session.get(ACCEPTED, []))


def _look_again(flow: Flow) -> HttpResponse:
    """What was said has changed since that page, in another tab or by signing in: all of it once more."""
    return see_other(f"{flow.address}?step=review") if flow.is_filled_in else missing_page(flow)


def _answer(flow: Flow, book: Callable[[Flow], Booked]) -> HttpResponse:
    """An earlier press gives its visit; a time that is gone leads to the nearest others."""
    try:
        with telling_what_was_saved():
            booked = book(flow)
    except (UnknownPatient, NotVerified, DetailsMissing, KeyReused):
        return _look_again(flow)
    except SchedulingError as error:
        return times_instead(flow, error)
    prove(booked.event)
    receipt = reverse("receipt", args=[booked.reference])
    return see_other(receipt if not flow.is_guest or _open(flow, booked) else _found_by(booked))


def _book(flow: Flow) -> Booked:
    if flow.patient is None or flow.booker.actor is None:
        raise UnknownPatient
    return finish_checkout(
        checkout_id=flow.checkout.pk,
        patient=flow.patient,
        actor=flow.booker.actor,
        door=Door.PORTAL,
        now=flow.now,
    )


def _book_guest(flow: Flow) -> Booked:
    return book_as_guest(checkout_id=flow.checkout.pk, door=Door.PORTAL, now=flow.now)


def _open(flow: Flow, booked: Booked) -> bool:
    """Opens the visit in this browser for a while, as its link would; it is booked whether or not that can be done."""
    open_visit = import_string(settings.FREESLOT_OPEN_VISIT)
    visit = Appointment.objects.get(reference=booked.reference)
    try:
        open_visit(flow.request, visit, link=None, is_unusual=False, now=flow.now, is_new_key=False, door=Door.PORTAL)
    except OperationalError:
        return False
    return True


def _found_by(booked: Booked) -> str:
    """The page that finds a visit again by its reference and a code."""
    return f"{reverse('find')}?reference={booked.reference}"
