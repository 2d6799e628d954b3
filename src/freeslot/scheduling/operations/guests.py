"""Books for somebody without an account: what they say of themself, the proof of their contact, who they are."""

import uuid
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from freeslot.patients.details import Details, clean, details_from
from freeslot.patients.matching import is_same_contact, known_patient
from freeslot.patients.models import Contact, Patient
from freeslot.scheduling.actors import Door, guest
from freeslot.scheduling.errors import HoldOver, NotVerified
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.book import LONGEST_REASON, Booked
from freeslot.scheduling.operations.checkout import finish_checkout
from freeslot.scheduling.operations.guest_codes import ask_guest_code, use_guest_code, was_just_used
from freeslot.scheduling.operations.unverified import guest_checkout, hash_of_contact, lock_guest

__all__ = ["ask_guest_code", "book_as_guest", "patient_for_guest", "say_who", "use_guest_code", "was_just_used"]

LONGEST_PAYER = 60


def say_who(
    *,
    checkout_id: uuid.UUID,
    given_name: str,
    family_name: str,
    birth_date: date | None,
    contact_kind: str,
    contact_value: str,
    now: datetime,
    payer: str = "",
    visit_reason: str = "",
    language: str = "",
) -> Checkout:
    """Keeps what a guest says of themself with their checkout. It can be said again; another contact has to be proved
    anew, and no code that was sent to the first one serves for it.

    Nothing here depends on whether the practice knows such a person. Raises BadDetails, HoldOver, or SlotsUnsuitable
    where guests are not taken.
    """
    seen = guest_checkout(checkout_id)
    details = details_from(
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        contact_kind=contact_kind,
        contact_value=contact_value,
        country=seen.practice.country,
        today=now.astimezone(seen.practice.tz).date(),
    )
    contact_hash = hash_of_contact(details.contact_kind, details.contact_value)
    with transaction.atomic():
        checkout = lock_guest(checkout_id, contact_hash=contact_hash)
        if not checkout.is_kept(now):
            raise HoldOver
        _note(checkout, details)
        checkout.payer = clean(payer)[:LONGEST_PAYER]
        checkout.visit_reason = _lines(visit_reason)[:LONGEST_REASON]
        checkout.language = language if language in dict(settings.LANGUAGES) else ""
        checkout.save()
    return checkout


def patient_for_guest(checkout: Checkout, now: datetime) -> Patient:
    """Who the guest is at this practice, once and for all for this checkout: a patient with this contact on file, or a
    new one.

    A contact that is on nobody's file makes a new patient, whoever's name and birth date came with it. Raises
    NotVerified before the code came back, HoldOver, or SlotsUnsuitable where guests are taken no more.
    """
    with transaction.atomic():
        contact_hash = hash_of_contact(checkout.contact_kind, checkout.contact_value)
        locked = lock_guest(checkout.pk, contact_hash=contact_hash)
        details = _proved_details(locked)
        if locked.patient is None:
            locked.patient = _known(locked, details, now) or _new_patient(locked, details, now)
            locked.save(update_fields=["patient"])
        checkout.patient = locked.patient
    return locked.patient


def book_as_guest(*, checkout_id: uuid.UUID, door: Door, now: datetime) -> Booked:
    """Both in one transaction, so that no patient is left behind where no visit could be booked.

    Raises what `patient_for_guest` and `finish_checkout` raise.
    """
    with transaction.atomic():
        checkout = guest_checkout(checkout_id)
        patient = patient_for_guest(checkout, now)
        actor = guest(checkout.pk, checkout.practice_id)
        return finish_checkout(checkout_id=checkout_id, patient=patient, actor=actor, door=door, now=now)


def _note(checkout: Checkout, details: Details) -> None:
    before = (checkout.contact_kind, checkout.contact_value)
    for name, value in vars(details).items():
        setattr(checkout, name, value)
    checkout.patient = None
    if before != (details.contact_kind, details.contact_value):
        checkout.verified_at, checkout.code_asked_at, checkout.tries, checkout.contact_hash = None, None, 0, ""


def _lines(text: str) -> str:
    return "\n".join(clean(line) for line in text[: 2 * LONGEST_REASON].splitlines()).strip()


def _proved_details(checkout: Checkout) -> Details:
    if checkout.verified_at is None or checkout.birth_date is None:
        raise NotVerified
    kind = Contact.Kind(checkout.contact_kind)
    return Details(checkout.given_name, checkout.family_name, checkout.birth_date, kind, checkout.contact_value)


def _known(checkout: Checkout, details: Details, now: datetime) -> Patient | None:
    country = checkout.practice.country
    same_day = Contact.objects.filter(
        patient__practice_id=checkout.practice_id, patient__birth_date=details.birth_date, kind=details.contact_kind
    )
    contacts = list(same_day.select_related("patient"))
    patient = known_patient(contacts, details, country=country)
    for contact in contacts:
        if contact.patient == patient and is_same_contact(contact, details, country):
            _note_proof(contact, now)
    return patient


def _note_proof(contact: Contact, now: datetime) -> None:
    """It works, and its owner agreed to it as a new patient does. Who was texted the code takes texts there."""
    contact.consented_at = contact.consented_at or now
    contact.can_receive_texts = contact.kind == Contact.Kind.PHONE
    contact.failed_at = None
    contact.save(update_fields=["consented_at", "can_receive_texts", "failed_at"])


def _new_patient(checkout: Checkout, details: Details, now: datetime) -> Patient:
    patient = Patient.objects.create(
        practice_id=checkout.practice_id,
        given_name=details.given_name,
        family_name=details.family_name,
        birth_date=details.birth_date,
        payer=checkout.payer,
        languages=[checkout.language] if checkout.language else [],
    )
    Contact.objects.create(
        practice_id=checkout.practice_id,
        patient=patient,
        kind=details.contact_kind,
        value=details.contact_value,
        consented_at=now,
        can_receive_texts=details.contact_kind == Contact.Kind.PHONE,
    )
    return patient
