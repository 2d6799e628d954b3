"""Checkouts of guests, locked, and the contact each of them claims: one unverified booking at a time for a contact."""

import uuid
from datetime import datetime

from freeslot.database.turns import take_turns
from freeslot.scheduling.errors import HoldOver, SlotsUnsuitable, Unsuitable
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.slots import free_held_by
from freeslot.scheduling.tokens import keyed_hash


def guest_checkout(checkout_id: uuid.UUID) -> Checkout:
    """Unlocked. Raises HoldOver where there is none, or it is that of somebody signed in, or a move."""
    try:
        return Checkout.objects.guests().select_related("practice").get(pk=checkout_id)
    except Checkout.DoesNotExist:
        raise HoldOver from None


def lock_guest(checkout_id: uuid.UUID, *, contact_hash: str) -> Checkout:
    """The same, locked; first everybody else with this contact is made to wait: in that order always, so that no two
    wait for each other.

    Raises HoldOver also where the time was given back, and SlotsUnsuitable where the practice takes guests no more.
    """
    take_turns(f"contact {contact_hash}")
    checkout = Checkout.objects.guests().select_related("practice").lock(checkout_id)
    if checkout.was_given_back:
        raise HoldOver
    if checkout.appointment_id is None and not checkout.practice.books_online(is_signed_in=False):
        raise SlotsUnsuitable(Unsuitable.NOT_ONLINE)
    return checkout


def hash_of_contact(kind: str, value: str) -> str:
    return keyed_hash("contact", f"{kind} {value}")


def claim_contact(checkout: Checkout, *, contact_hash: str, asked_after: datetime, now: datetime) -> bool:
    """Makes this the one unverified booking of its contact; whether it could be. To be saved by the caller.

    Only a code that is asked for makes a claim, and it lasts as long as the code: who merely says a contact stands in
    nobody's way, nor does one that has lapsed. An earlier one of the same source is ended, its time given back: they
    have begun again. While somebody else's code, asked for after `asked_after`, is good this one has no claim, so none
    is sent for it: nobody can have somebody else's mailbox flooded from many browsers, nor hold many times with one
    contact.
    """
    same = Checkout.objects.filter(
        practice_id=checkout.practice_id, contact_hash=contact_hash, ended_at__isnull=True, verified_at__isnull=True
    )
    for other in same.exclude(pk=checkout.pk).select_for_update(of=("self",)).order_by("pk"):
        if other.is_kept(now) and other.source != checkout.source:
            if other.code_asked_at is not None and other.code_asked_at > asked_after:
                checkout.contact_hash = ""
                return False
            Checkout.objects.filter(pk=other.pk).update(contact_hash="")
            continue
        free_held_by(other.pk)
        Checkout.objects.filter(pk=other.pk).update(ended_at=min(now, other.until), was_given_back=other.is_kept(now))
    checkout.contact_hash = contact_hash
    return True
