"""Keeps a time for somebody who is making a booking, renews that, gives it back, and turns it into the visit."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from freeslot.database.turns import take_turns
from freeslot.patients.models import Patient
from freeslot.practices.models import VisitType, policy_for
from freeslot.scheduling.actors import Actor, ActorKind, Door
from freeslot.scheduling.errors import DayHeld, HoldOver, NetworkHolds, SlotsUnsuitable, TooManyHolds, Unsuitable
from freeslot.scheduling.models import Appointment, Checkout, GuestCode, Slot
from freeslot.scheduling.models.checkout import CheckoutQuerySet
from freeslot.scheduling.operations.book import Booked, book_appointment
from freeslot.scheduling.operations.slots import free_held_by, hold_until, make_held
from freeslot.scheduling.operations.suiting import Wanted, local_day, suitable_slots
from freeslot.scheduling.reading import slot_ids_of
from freeslot.scheduling.states import Side

# What a guest said of themself is forgotten this long after their checkout ended.
FORGOTTEN_AFTER = timedelta(days=1)
# A household or a waiting room may share one network; a new session is no way round this.
MOST_FOR_A_NETWORK = 8


def begin_checkout(
    *,
    visit_type: VisitType,
    slot_ids: Sequence[int],
    source: str,
    now: datetime,
    account_id: uuid.UUID | None = None,
    moving: Appointment | None = None,
    instead_of: uuid.UUID | None = None,
    network: str = "",
) -> Checkout:
    """Keeps the slots for one booking. `source` is a keyed hash of who asks, `network` of where from; `instead_of` is
    an earlier checkout of theirs, whose time goes back in the same transaction, and which books nothing any more.

    Raises SlotTaken, SlotsUnsuitable, TooManyHolds where this source or account already holds as much as the rules let
    it, NetworkHolds where all guests of this network do, DayHeld where all of that day do, or HoldOver where the time
    was kept by `instead_of` and may not be renewed.
    """
    policy = policy_for(visit_type, now=now)
    wanted = Wanted(visit_type, moving.patient if moving else None, policy, side=Side.PATIENT, moving=moving)
    is_guest = account_id is None and moving is None
    with transaction.atomic():
        for each in _turns_of(source, account_id):
            take_turns(each)
        before = _end(Checkout.objects.filter(pk=instead_of, source=source), now) if instead_of else []
        renewals = _renewals(before, slot_ids, now)
        if renewals > wanted.booking.most_renewals:
            raise HoldOver
        if Checkout.objects.live(now).of(source, account_id).count() >= wanted.booking.most_holds:
            raise TooManyHolds
        if is_guest and not visit_type.practice.books_online(is_signed_in=False):
            raise SlotsUnsuitable(Unsuitable.NOT_ONLINE)
        slots = suitable_slots(slot_ids, wanted, now=now)
        if is_guest:
            _check_network(network, now)
            _check_share(slots[0], len(slots), wanted, now)
        checkout = Checkout(
            practice=visit_type.practice,
            visit_type=visit_type,
            practitioner_id=slots[0].practitioner_id,
            location_id=slots[0].location_id,
            moving=moving,
            starts_at=slots[0].starts_at,
            ends_at=slots[0].starts_at + visit_type.length,
            slot_ids=[slot.pk for slot in slots],
            source=source,
            network=network if is_guest else "",
            account_id=account_id,
            began_at=now,
            until=now + wanted.booking.hold_for,
            renewals=renewals,
        )
        own = slot_ids_of(moving) if moving else set()
        to_hold = [slot.pk for slot in slots if slot.pk not in own]
        make_held(to_hold, holder=checkout.pk, until=checkout.until, now=now)
        checkout.save(force_insert=True)
    return checkout


def renew_checkout(*, checkout_id: uuid.UUID, now: datetime) -> datetime:
    """Keeps the time as long again from now on; until when.

    Raises HoldOver once it has lapsed, ended, was renewed as often as the rules let it be, or its day was closed.
    """
    with transaction.atomic():
        checkout = _lock(checkout_id)
        rules = _rules_of(checkout, now)
        if not checkout.is_kept(now) or checkout.renewals >= rules.booking.most_renewals:
            raise HoldOver
        checkout.until = now + rules.booking.hold_for
        checkout.left_until = None
        checkout.renewals += 1
        kept = hold_until(checkout.pk, checkout.until)
        if checkout.moving_id is None and kept != len(checkout.slot_ids):
            raise HoldOver
        checkout.save(update_fields=["until", "left_until", "renewals"])
    return checkout.until


def end_checkout(*, checkout_id: uuid.UUID, now: datetime) -> None:
    """Gives the time back; nothing happens to one that has ended."""
    with transaction.atomic():
        _end(Checkout.objects.filter(pk=checkout_id), now)


def finish_checkout(*, checkout_id: uuid.UUID, patient: Patient, actor: Actor, door: Door, now: datetime) -> Booked:
    """Books what the checkout kept, also when its time is up but nobody has taken the slots meanwhile.

    A second press gets the visit of the first. Raises HoldOver for a checkout that was given back, of another account,
    or of a move (which `move_appointment` makes), SlotTaken, SlotsUnsuitable, DetailsMissing or UnknownPatient.
    """
    with transaction.atomic():
        checkout = _lock(checkout_id)
        is_anothers = actor.kind is ActorKind.ACCOUNT and str(checkout.account_id) != actor.id
        if checkout.was_given_back or checkout.moving_id is not None or is_anothers:
            raise HoldOver
        booked = book_appointment(
            patient=patient,
            visit_type=checkout.visit_type,
            slot_ids=checkout.slot_ids,
            actor=actor,
            door=door,
            now=now,
            idempotency_key=str(checkout.pk),
            holder=checkout.pk,
            chosen_at=checkout.began_at if checkout.is_kept(now) else None,
            visit_reason=checkout.visit_reason,
            payer=checkout.payer or None,
        )
        if booked.event is not None:
            checkout.appointment_id = booked.event.subject_id
            checkout.patient = patient
            checkout.ended_at = now
            checkout.save(update_fields=["appointment", "patient", "ended_at"])
    return booked


def end_lapsed_checkouts(*, now: datetime) -> int:
    """Ends those whose time is up and forgets what guests said in those that ended long ago; how many ended. Run by
    the worker; their slots are free by the clock already."""
    ended = Checkout.objects.filter(ended_at__isnull=True, until__lte=now).update(ended_at=F("until"))
    Checkout.objects.filter(ended_at__lte=now - FORGOTTEN_AFTER).delete()
    GuestCode.objects.filter(asked_at__lte=now - FORGOTTEN_AFTER).delete()
    return ended


def _lock(checkout_id: uuid.UUID) -> Checkout:
    return Checkout.objects.select_related("visit_type__practice").lock(checkout_id)


def _rules_of(checkout: Checkout, now: datetime) -> Wanted:
    return Wanted(checkout.visit_type, None, policy_for(checkout.visit_type, now=now), side=Side.PATIENT)


def _turns_of(source: str, account_id: uuid.UUID | None) -> list[str]:
    """An account is counted over all the browsers it is signed in with."""
    return [f"checkouts of {source}", *([f"checkouts of account {account_id}"] if account_id else [])]


def _renewals(before: Sequence[Checkout], slot_ids: Sequence[int], now: datetime) -> int:
    """How often the time was renewed: to begin anew with a time that one keeps already is to renew it."""
    same = (each for each in before if each.is_kept(now) and set(each.slot_ids) == set(slot_ids))
    return max((each.renewals + 1 for each in same), default=0)


def _end(checkouts: CheckoutQuerySet, now: datetime) -> list[Checkout]:
    """Those that ended here, as they were."""
    # The row first, as whoever finishes or renews it does: taken in another order, two would wait for each other.
    ended = list(checkouts.filter(appointment__isnull=True).select_for_update(of=("self",)))
    for each in ended:
        free_held_by(each.pk)
        Checkout.objects.filter(pk=each.pk).update(ended_at=Coalesce("ended_at", Value(now)), was_given_back=True)
    return ended


def _check_network(network: str, now: datetime) -> None:
    if not network:
        return
    take_turns(f"checkouts from {network}")
    if Checkout.objects.live(now).filter(network=network).count() >= MOST_FOR_A_NETWORK:
        raise NetworkHolds


def _check_share(first: Slot, count: int, wanted: Wanted, now: datetime) -> None:
    """At most the share of what is left of a practitioner's day that the rules leave to guests; always one visit."""
    starts, ends = local_day(first.starts_at, wanted.visit_type)
    take_turns(f"guests {first.practitioner_id} {starts:%Y-%m-%d}")
    guests = Checkout.objects.live(now).guests().filter(practitioner_id=first.practitioner_id)
    of_day = guests.filter(starts_at__gte=starts, starts_at__lt=ends)
    held = sum(len(slot_ids) for slot_ids in of_day.values_list("slot_ids", flat=True))
    left = max(starts, now)
    day = Slot.objects.filter(practitioner_id=first.practitioner_id, starts_at__gte=left, starts_at__lt=ends)
    day = day.filter(is_withdrawn=False)
    unbooked = day.filter(Q(status=Slot.Status.FREE) | Q(status=Slot.Status.HELD)).count()
    if held and (held + count) * 100 > wanted.booking.hold_share * unbooked:
        raise DayHeld
