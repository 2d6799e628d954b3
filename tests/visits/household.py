"""A mother and her child at one practice, one address for both, and the pages about several visits."""

import uuid
from datetime import date, timedelta

from django.test import Client

from freeslot.patients.models import Contact, Grant, Patient
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.links import give_link
from tests.support.cast import Cast, make_patient
from tests.visits.pages import Read, read

TOGETHER = "/appointments/together/"


def child_of(cast: Cast, *, is_granted: bool = False) -> Patient:
    email = Contact.objects.get(patient=cast.patient).value
    child = make_patient(cast.practice, given_name="Sam", email=email)
    child.birth_date = date(2015, 6, 1)
    child.save()
    if is_granted:
        Grant.objects.create(user=cast.patient_user, patient=child, scope=Grant.Scope.PARENT)
    return child


def book_for(cast: Cast, patient: Patient, *, days: int = 7) -> Appointment:
    """By the practice's desk: whether anybody signs in for this patient does not matter."""
    free = cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gte=cast.now + timedelta(days=days))
    booked = book_appointment(
        patient=patient,
        visit_type=cast.visit_type,
        slot_ids=[free.order_by("starts_at")[0].pk],
        actor=cast.staff,
        door=Door.DESK,
        now=cast.now,
        booked_at=cast.now - timedelta(days=30),
    )
    return Appointment.objects.for_pages().get(reference=booked.reference)


def token_of(visit: Appointment) -> str:
    contact = Contact.objects.get(patient=visit.patient, kind=Contact.Kind.EMAIL)
    return give_link(
        seed=uuid.uuid4(),
        appointment_id=visit.pk,
        practice_id=visit.practice_id,
        contact_id=contact.pk,
        now=visit.booked_at,
    )


def look_at(client: Client, *visits: Appointment, **also: str):
    """The page with the sum, as it follows on the choice."""
    refs = [visit.reference for visit in visits]
    return client.post(TOGETHER, {"visit": refs, "look": "1", **also})


def fields_of(page: Read, *visits: Appointment) -> dict[str, object]:
    """What the page's form would send: a field that stands once for each visit among them."""
    return {**page.fields, "visit": [visit.reference for visit in visits]}


def press_together(client: Client, *visits: Appointment, **form: str):
    """Two taps: the choice and the press."""
    return client.post(TOGETHER, fields_of(read(look_at(client, *visits)), *visits) | form)
