"""A practice with as many booked visits as a benchmark uses up, made in bulk: making them is not what is measured."""

import os
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import django

BIRTH_YEAR = "1970"


@dataclass(frozen=True)
class Visit:
    id: uuid.UUID
    reference: str
    user_id: uuid.UUID


@dataclass(frozen=True)
class World:
    """Booked visits, each of another patient who signs in with an account of their own."""

    practice_id: uuid.UUID
    visits: list[Visit]


def set_up() -> None:
    """Django, and a migrated database as DATABASE_URL names it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeslot.config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def make_world(visits: int) -> World:
    """Booked visits from a week ahead on, one slot each, with the receipts of their bookings."""
    from django.db import transaction

    from freeslot.accounts.models import User
    from freeslot.events.models import Event
    from freeslot.patients.models import Contact, Grant, Patient
    from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
    from freeslot.receipts.issue import receipt_for
    from freeslot.scheduling.models import Appointment, Schedule, Slot
    from freeslot.scheduling.operations.record import facts_of
    from freeslot.scheduling.reference import new_reference

    now = datetime.now(UTC)
    practice = Practice.objects.create(
        slug=f"bench-{uuid.uuid4().hex[:8]}", name="Bench Practice", country="US", zone="America/New_York",
        currency="USD", phone="+12125550142", phone_hours={"mon": [["08:00", "17:00"]]},
    )  # fmt: skip
    rules = {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]}
    policy = Policy.objects.create(practice=practice, version=1, valid_from=now - timedelta(days=90), rules=rules)
    place = Location.objects.create(practice=practice, name="Mill Street", address="12 Mill Street")
    kind = VisitType.objects.create(practice=practice, name="Check-up", length=timedelta(minutes=20), price_minor=9000)
    users = [User(username=f"bench-{uuid.uuid4().hex}") for _ in range(visits)]
    User.objects.bulk_create(users)
    people = [
        Patient(practice=practice, given_name="Ada", family_name=f"Number {n}", birth_date=date(int(BIRTH_YEAR), 1, 1))
        for n in range(visits)
    ]
    Patient.objects.bulk_create(people)
    Grant.objects.bulk_create(
        [Grant(user=user, patient=person, scope="self") for user, person in zip(users, people, strict=True)]
    )
    Contact.objects.bulk_create(
        [
            Contact(practice=practice, patient=person, kind="email", value=f"{person.pk}@example.org")
            for person in people
        ]
    )
    first = datetime.combine(now.date() + timedelta(days=7), time(9), ZoneInfo("America/New_York")).astimezone(UTC)
    length, per_person = timedelta(minutes=20), 2000
    appointments: list[Appointment] = []
    slots: list[Slot] = []
    for index in range(visits):
        if index % per_person == 0:
            doctor = Practitioner.objects.create(practice=practice, name="Dr. Amara Osei")
            schedule = Schedule.objects.create(
                practice=practice, practitioner=doctor, location=place, slot_length=length,
                published_until=date(2100, 1, 1),
            )  # fmt: skip
        starts = first + length * (index % per_person)
        appointment = Appointment(
            practice=practice, patient=people[index], practitioner=doctor, location=place, visit_type=kind,
            policy=policy, status="booked", starts_at=starts, ends_at=starts + length, slot_count=1, price_minor=9000,
            currency="USD", booked_at=now - timedelta(days=30), booked_door="portal", reference=new_reference("FS"),
        )  # fmt: skip
        appointment.ical_uid = f"{appointment.pk}@bench"
        appointments.append(appointment)
        slots.append(
            Slot(
                practice=practice,
                schedule=schedule,
                practitioner=doctor,
                location=place,
                starts_at=starts,
                ends_at=starts + length,
                status="busy",
                appointment=appointment,
            )
        )
    Appointment.objects.bulk_create(appointments, batch_size=500)
    Slot.objects.bulk_create(slots, batch_size=500)
    events = Event.objects.bulk_create(
        [
            Event(
                practice_id=practice.pk,
                subject_id=each.pk,
                version=1,
                kind="appointment.booked",
                at=now,
                due_at=now,
                done_at=now,
                actor_kind="patient",
                actor_id=str(user.pk),
                door="portal",
                data=facts_of(each),
            )
            for each, user in zip(appointments, users, strict=True)
        ],
        batch_size=500,
    )
    with transaction.atomic():
        for event in events:
            receipt_for(event)
    made = [Visit(each.pk, each.reference, user.pk) for each, user in zip(appointments, users, strict=True)]
    return World(practice.pk, made)
