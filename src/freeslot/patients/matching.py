"""Whether a guest is a patient whom the practice knows: pure, from what they proved and what they said."""

import unicodedata
from collections.abc import Iterable

from freeslot.patients.addresses import same_email, same_phone
from freeslot.patients.details import Details
from freeslot.patients.models import Contact, Patient

SHORTEST_SHORT_FORM = 3


def known_patient(contacts: Iterable[Contact], details: Details, *, country: str) -> Patient | None:
    """The patient whose contact the guest has proved, and who has their family name and birth date.

    The given name must go with it too, as far as people write their own in several ways: twins share all the rest, and
    a visit in a brother's record does more harm than a second record of one's own. Where several fit, the one whose
    given name is the same, then the one whom the practice knows longest.
    """
    found = [
        contact.patient
        for contact in contacts
        if is_same_contact(contact, details, country) and _is_same_person(contact.patient, details)
    ]
    same_name = bare(details.given_name)
    return min(found, key=lambda patient: (bare(patient.given_name) != same_name, patient.pk), default=None)


def bare(text: str) -> str:
    """Letters alone, without case and accents: `José  María` and `jose maria` are the same."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] in "LMN" and not unicodedata.combining(sign))


def is_same_contact(contact: Contact, details: Details, country: str) -> bool:
    if contact.kind != details.contact_kind:
        return False
    if contact.kind == Contact.Kind.EMAIL:
        return same_email(contact.value, details.contact_value)
    return same_phone(contact.value, details.contact_value, country=country)


def _is_same_person(patient: Patient, details: Details) -> bool:
    return (
        patient.birth_date == details.birth_date
        and bare(patient.family_name) == bare(details.family_name) != ""
        and _goes_with(patient.given_name, details.given_name)
    )


def _goes_with(one: str, other: str) -> bool:
    """The first of several given names is enough, and so is a short form that the other begins with."""
    short, long = sorted((_first(one), _first(other)), key=len)
    return short == long or (len(short) >= SHORTEST_SHORT_FORM and long.startswith(short))


def _first(given_name: str) -> str:
    words = given_name.replace("-", " ").split()
    return bare(words[0]) if words else ""
