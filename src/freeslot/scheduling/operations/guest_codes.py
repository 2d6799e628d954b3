"""Sends a guest a code to the contact they gave, and takes it: before that nothing they said is believed."""

import secrets
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from freeslot.database.turns import take_turns
from freeslot.patients.details import BadDetails, Fault
from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import HoldOver
from freeslot.scheduling.models import Checkout, GuestCode
from freeslot.scheduling.operations.record import record_code_asked
from freeslot.scheduling.operations.repeats import PRESSED_TWICE
from freeslot.scheduling.operations.unverified import claim_contact, guest_checkout, hash_of_contact, lock_guest
from freeslot.scheduling.tokens import guest_codes_for

LASTS = timedelta(minutes=15)
BETWEEN = timedelta(minutes=1)
MOST_TRIES = 5
MOST_FOR_A_CHECKOUT = 5
MOST_FOR_A_CONTACT = 5
MOST_FOR_A_SOURCE = 12
# A household or a waiting room may share one network.
MOST_FOR_A_NETWORK = 30
# The last three are counted over this long.
COUNTED_OVER = timedelta(hours=1)


def ask_guest_code(*, checkout_id: uuid.UUID, door: Door, now: datetime, network: str = "") -> bool:
    """Has a code sent to the checkout's contact; whether it will be. The page says the same words either way.

    Not twice in a minute, five times for a booking, five an hour to a contact, twelve from a source, thirty from a
    network (a keyed hash, empty where it is not known); and not while a code of somebody else's unverified booking with
    this contact is good. A new code ends the one before.

    Raises HoldOver when the time is kept no more, SlotsUnsuitable where guests are taken no more, BadDetails before it
    is known who they are.
    """
    seen = guest_checkout(checkout_id)
    if not seen.contact_value:
        raise BadDetails({"contact_value": Fault.MISSING})
    contact_hash = hash_of_contact(seen.contact_kind, seen.contact_value)
    with transaction.atomic():
        take_turns(f"codes of {seen.source}")
        if network:
            take_turns(f"codes from {network}")
        checkout = lock_guest(checkout_id, contact_hash=contact_hash)
        if not checkout.is_kept(now):
            raise HoldOver
        is_same = contact_hash == hash_of_contact(checkout.contact_kind, checkout.contact_value)
        if checkout.verified_at is not None or not is_same or _asks_too_often(checkout, network, now):
            return False
        has_claim = claim_contact(checkout, contact_hash=contact_hash, asked_after=now - LASTS, now=now)
        is_sent = has_claim and not _gets_too_many(contact_hash, now)
        # A code that is not sent is counted all the same: nobody learns here who else books with this contact.
        checkout.codes += 1
        checkout.tries, checkout.code_asked_at = 0, now
        checkout.save(update_fields=["contact_hash", "codes", "tries", "code_asked_at"])
        if is_sent:
            _count(checkout, contact_hash, network, now)
            record_code_asked(checkout, door=door, now=now)
    return is_sent


def use_guest_code(*, checkout_id: uuid.UUID, typed: str, now: datetime) -> bool:
    """Whether `typed` is the newest code of this checkout: in time, unused, within five tries. It serves once.

    Raises HoldOver for a time that was given back; one that is merely up may still be free when the visit is booked.
    """
    if guest_checkout(checkout_id).was_given_back:
        raise HoldOver
    asked = Checkout.objects.filter(pk=checkout_id, verified_at__isnull=True, appointment__isnull=True)
    live = asked.filter(code_asked_at__gt=now - LASTS, tries__lt=MOST_TRIES)
    with transaction.atomic():
        if not live.update(tries=F("tries") + 1):
            return False
        checkout = asked.get()
        if not _is_newest(checkout, typed):
            return False
        Checkout.objects.filter(pk=checkout.pk).update(verified_at=now)
    return True


def was_just_used(*, checkout_id: uuid.UUID, typed: str, now: datetime) -> bool:
    """Whether `typed` is the code that served for this checkout a moment ago, as when a press comes twice. It proves
    nothing anew; tries count on, so that it cannot be guessed now either."""
    lately = Checkout.objects.filter(pk=checkout_id, verified_at__gt=now - PRESSED_TWICE)
    used = lately.filter(tries__lt=2 * MOST_TRIES)
    if not used.update(tries=F("tries") + 1):
        return False
    return _is_newest(Checkout.objects.get(pk=checkout_id), typed)


def is_wanted(checkout_id: uuid.UUID, number: int, *, now: datetime) -> bool:
    """Whether the code could still serve: asked again right before it is sent."""
    asked = Checkout.objects.filter(pk=checkout_id, codes=number, code_asked_at__gt=now - LASTS)
    return asked.filter(verified_at__isnull=True).exists()


def _is_newest(checkout: Checkout, typed: str) -> bool:
    digits = "".join(sign for sign in typed[:80] if sign.isdigit()).encode()
    good = guest_codes_for(checkout.pk, checkout.codes)
    return any(secrets.compare_digest(digits, each.encode()) for each in good)


def _asks_too_often(checkout: Checkout, network: str, now: datetime) -> bool:
    is_too_soon = checkout.code_asked_at is not None and checkout.code_asked_at > now - BETWEEN
    if is_too_soon or checkout.codes >= MOST_FOR_A_CHECKOUT:
        return True
    lately = GuestCode.objects.filter(asked_at__gt=now - COUNTED_OVER)
    if network and lately.filter(network=network).count() >= MOST_FOR_A_NETWORK:
        return True
    return lately.filter(source=checkout.source).count() >= MOST_FOR_A_SOURCE


def _gets_too_many(contact_hash: str, now: datetime) -> bool:
    to_contact = GuestCode.objects.filter(contact_hash=contact_hash, asked_at__gt=now - COUNTED_OVER)
    return to_contact.count() >= MOST_FOR_A_CONTACT


def _count(checkout: Checkout, contact_hash: str, network: str, now: datetime) -> None:
    GuestCode.objects.create(
        practice_id=checkout.practice_id,
        contact_hash=contact_hash,
        source=checkout.source,
        network=network,
        asked_at=now,
    )
