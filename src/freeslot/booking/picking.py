"""One time picked from the list: kept for whoever picked it, with what they had said before, or why it is not had."""

from datetime import datetime

from django.http import HttpRequest

from freeslot.booking.booker import Booker
from freeslot.booking.flow import address_of
from freeslot.booking.like import reason_written_by, visit_like
from freeslot.booking.times_pages import Search
from freeslot.scheduling.errors import SchedulingError, SlotTaken
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.scheduling.operations.details import Details, fill_in, take_over
from freeslot.scheduling.outcome import telling_what_was_saved
from freeslot.visits.addresses import household_of
from freeslot.visits.times import Picked, picked_from, slots_at
from freeslot.visits.typed import take_along
from freeslot.visits.unsuitable import not_then


def pick(request: HttpRequest, booker: Booker, search: Search, *, now: datetime) -> Checkout:
    """Raises NotThen: nothing is kept."""
    kind = search.visit_type
    picked = picked_from(request.POST.get("time", ""), kind.practice.tz)
    unbooked = booker.checkouts().filter(practice=kind.practice, appointment__isnull=True)
    before = unbooked.filter(pk=search.after).first() if search.after else None
    try:
        with telling_what_was_saved():
            checkout = _begin(request, booker, search, picked, before, now=now)
    except SchedulingError as error:
        if already := booker.kept_already(kind, picked.starts_at, picked.practitioner_id, now=now):
            return already
        raise not_then(error, picked.starts_at) from None
    _say_again(request, booker, checkout, before, search, now=now)
    return checkout


def _begin(
    request: HttpRequest, booker: Booker, search: Search, picked: Picked, before: Checkout | None, *, now: datetime
) -> Checkout:
    slots = slots_at(picked, search.visit_type, now=now)
    # When many want one time, most are answered by this.
    if not all(slot.is_takeable(now, holder=before.pk if before else None) for slot in slots):
        raise SlotTaken
    return begin_checkout(
        visit_type=search.visit_type,
        slot_ids=[slot.pk for slot in slots],
        source=booker.source,
        account_id=booker.account_at(search.visit_type.practice, now),
        instead_of=before.pk if before else None,
        network=household_of(request),
        now=now,
    )


def _say_again(
    request: HttpRequest, booker: Booker, checkout: Checkout, before: Checkout | None, search: Search, *, now: datetime
) -> None:
    """What was said of the time that was not had; else of the visit that this one shall be like who it was for, what it
    was about, and who paid for it."""
    if before:
        take_over(checkout_id=checkout.pk, before=before)
        practice = search.visit_type.practice
        take_along(request, before=address_of(before, practice), at=address_of(checkout, practice))
    elif booker.account_id and (like := visit_like(request, search.like, now=now)):
        patient = next((each for each in booker.patients(like.practice, now) if each.pk == like.patient_id), None)
        details = Details(patient, visit_reason=reason_written_by(booker.account_id, like), payer=like.payer)
        fill_in(checkout_id=checkout.pk, details=details, account_id=booker.account_id)
