"""A wish for an earlier time: made, changed, or taken back; the visit stays as it is until one is found."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from freeslot.scheduling.errors import BadReason, UnknownAppointment
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.answers import see_other
from freeslot.visits.asking import Asker
from freeslot.visits.cards import card_for
from freeslot.visits.entering import visit_page
from freeslot.visits.forms import NOT_OFFERED
from freeslot.visits.loading import appointment_for
from freeslot.visits.offers import offer_for
from freeslot.visits.unsuitable import words_against_move
from freeslot.visits.wish_forms import ABOUT, WishForm, said_by
from freeslot.visits.wishes import can_wish, details, headline
from freeslot.waitlist.errors import CannotWish
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.operations.withdraw import withdraw_wish
from freeslot.waitlist.queries import live_wish


@require_http_methods(["GET", "HEAD", "POST"])
@visit_page
def wish(request: HttpRequest, asker: Asker, ref: str) -> HttpResponse:
    now = timezone.now()
    visit = appointment_for(request, asker, ref, now=now)
    if request.method == "POST" and "stop" in request.POST:
        return _stop(asker, visit, now=now)
    if not can_wish(visit, visit.move_verdict(asker.actor, now), now):
        return _refused(request, asker, visit, now=now)
    standing = live_wish(visit.pk)
    form = _form(request, visit, standing, now=now)
    if request.method == "POST" and form.is_valid():
        try:
            if _make(form, visit, asker, now=now):
                return see_other(reverse("appointment", args=[ref]))
        except CannotWish:
            return _refused(request, asker, appointment_for(request, asker, ref, now=now), now=now)
    return _page(request, asker, visit, form, standing, now=now)


def _stop(asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    with telling_what_was_saved():
        withdraw_wish(ref=visit.reference, actor=asker.actor, door=asker.door, now=now)
    return see_other(reverse("appointment", args=[visit.reference]))


def _form(request: HttpRequest, visit: Appointment, standing: Wish | None, *, now: datetime) -> WishForm:
    people = offer_for(visit.visit_type, now=now, moving=visit).people
    return WishForm(
        request.POST if request.method == "POST" else None,
        visit=visit,
        place=card_for(visit, now=now).place,
        people={each.practitioner_id: each.name for each in people if each.location_id == visit.location_id},
        initial=said_by(standing.terms) if standing else None,
    )


def _make(form: WishForm, visit: Appointment, asker: Asker, *, now: datetime) -> bool:
    """Whether the wish stands; what speaks against it is said in the form. Raises CannotWish where it is the visit."""
    try:
        with telling_what_was_saved():
            make_wish(
                ref=visit.reference,
                terms=form.terms,
                actor=asker.actor,
                door=asker.door,
                now=now,
                reason=form.cleaned_data.get("reason", ""),
            )
    except UnknownAppointment:
        raise Http404 from None
    except BadReason:
        form.add_error("reason", str(NOT_OFFERED))
    except CannotWish as cannot:
        if cannot.why not in ABOUT:
            raise
        form.refuse(cannot.why)
    return not form.errors


def _page(
    request: HttpRequest, asker: Asker, visit: Appointment, form: WishForm, standing: Wish | None, *, now: datetime
) -> HttpResponse:
    card = card_for(visit, now=now)
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "form": form,
        "headline": headline(standing, card.place) if standing else "",
        "details": details(standing, card.place) if standing else "",
    }
    return render(request, "visits/wish.html", context, status=422 if form.errors else 200)


def _refused(request: HttpRequest, asker: Asker, visit: Appointment, *, now: datetime) -> HttpResponse:
    card = card_for(visit, now=now)
    verdict = visit.move_verdict(asker.actor, now)
    near = _(
        "Your visit is so near that a cancel costs a fee, or that no day lies before it. Call the practice if you need "
        "another time."
    )
    context = {
        "asker": asker,
        "visit": visit,
        "card": card,
        "headline": _("No earlier time is looked for"),
        "why": words_against_move(verdict, card.place) or near,
    }
    return render(request, "visits/standing.html", context, status=422 if request.method == "POST" else 200)
