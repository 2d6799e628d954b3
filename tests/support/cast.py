"""The cast of the tests: a practice with its rules and slots, a patient, a proxy, a stranger and a member of staff."""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from freeslot.accounts.models import User
from freeslot.patients.models import Contact, Grant, Patient
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
from freeslot.scheduling.actors import Actor, Door, account, staff
from freeslot.scheduling.models import Appointment, Schedule, Slot, WeeklyHours
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.listing import list_practitioner
from freeslot.scheduling.operations.publish import publish_slots

# A Wednesday, 16:00 in New York.
NOW = datetime(2027, 3, 3, 21, 0, tzinfo=UTC)
RULES: dict[str, Any] = {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]}
WORKING_HOURS = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@dataclass
class Cast:
    """Everybody at one practice; `book` books the patient a visit, `offset` days ahead of `now`."""

    now: datetime
    practice: Practice
    location: Location
    practitioner: Practitioner
    visit_type: VisitType
    policy: Policy
    schedule: Schedule
    patient: Patient
    patient_user: User
    proxy_user: User
    stranger_user: User
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def patient_actor(self) -> Actor:
        return account(self.patient_user.pk)

    @property
    def proxy(self) -> Actor:
        return account(self.proxy_user.pk)

    @property
    def stranger(self) -> Actor:
        return account(self.stranger_user.pk)

    @property
    def staff(self) -> Actor:
        return staff("desk", self.practice.pk)

    def slots_from(self, moment: datetime, count: int = 1) -> list[Slot]:
        return list(self.schedule.slots.filter(starts_at__gte=moment).order_by("starts_at")[:count])

    def book(self, *, days: int = 7, booked_at: datetime | None = None, slots: list[Slot] | None = None) -> Appointment:
        """A visit in the first free slot at least `days` whole days ahead, booked a month before `now`."""
        if slots is None:
            free = self.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gte=self.now + timedelta(days=days))
            slots = [free.order_by("starts_at")[0]]
        booked = book_appointment(
            patient=self.patient,
            visit_type=self.visit_type,
            slot_ids=[slot.pk for slot in slots],
            actor=self.patient_actor,
            door=Door.PORTAL,
            now=self.now,
            booked_at=booked_at or self.now - timedelta(days=30),
        )
        return Appointment.objects.for_pages().get(reference=booked.reference)


def make_cast(
    *,
    now: datetime = NOW,
    rules: dict[str, Any] | None = None,
    zone: str = "America/New_York",
    country: str = "US",
    currency: str = "USD",
    language: str = "en",
    price_minor: int = 12000,
    weeks: int = 4,
    name: str = "Elm Street Practice",
) -> Cast:
    practice = Practice.objects.create(
        slug=f"elm-{uuid.uuid4().hex[:8]}",
        name=name,
        country=country,
        zone=zone,
        language=language,
        currency=currency,
        phone="+12125550142",
        phone_hours=WORKING_HOURS,
        email="desk@elm.example",
    )
    location = Location.objects.create(practice=practice, name="Elm Street", address="12 Elm Street, 2nd floor")
    practitioner = Practitioner.objects.create(practice=practice, name="Dr. Amara Osei")
    visit_type = VisitType.objects.create(
        practice=practice, name="Check-up", length=timedelta(minutes=20), price_minor=price_minor
    )
    visit_type.practitioners.add(practitioner)
    policy = Policy.objects.create(
        practice=practice, version=1, valid_from=now - timedelta(days=400), rules=RULES if rules is None else rules
    )
    schedule = Schedule.objects.create(
        practice=practice, practitioner=practitioner, location=location, slot_length=timedelta(minutes=20)
    )
    for weekday in range(7):
        WeeklyHours.objects.create(practice=practice, schedule=schedule, weekday=weekday, starts=time(9), ends=time(17))
    _open(schedule, now=now, weeks=weeks)
    patient = make_patient(practice, given_name="Maria")
    names = [f"{who}-{uuid.uuid4().hex[:8]}" for who in ("patient", "proxy", "stranger")]
    users = [User.objects.create_user(username=name) for name in names]
    Grant.objects.create(user=users[0], patient=patient, scope=Grant.Scope.SELF)
    Grant.objects.create(user=users[1], patient=patient, scope=Grant.Scope.CARER)
    return Cast(now, practice, location, practitioner, visit_type, policy, schedule, patient, *users)


def _open(schedule: Schedule, *, now: datetime, weeks: int) -> None:
    """Published for the first cast of its kind; for the others its times are copied, which takes a fifth as long."""
    kind = (now, schedule.practice.zone, weeks)
    if kind not in _published:
        publish_slots(schedule=schedule, now=now, weeks=weeks)
        _published[kind] = _Published(schedule.published_until, _copying(schedule))
        return
    given = {name: getattr(schedule, name).hex for name in ("practice_id", "practitioner_id", "location_id")}
    with connection.cursor() as cursor:
        cursor.execute(_published[kind].insertion, {**given, "schedule_id": schedule.pk.hex})
    schedule.published_until = _published[kind].until
    schedule.save(update_fields=["published_until"])
    list_practitioner(practitioner_id=schedule.practitioner_id, now=now)


@dataclass(frozen=True)
class _Published:
    until: date | None
    insertion: str


_published: dict[tuple[datetime, str, int], _Published] = {}


def _copying(schedule: Schedule) -> str:
    """The statement that makes the same slots in another schedule."""
    whose = "%(practice_id)s, %(schedule_id)s, %(practitioner_id)s, %(location_id)s"
    rows = [
        f"({whose}, '{starts:%Y-%m-%d %H:%M:%S}', '{ends:%Y-%m-%d %H:%M:%S}', 'free', FALSE, '')"
        for starts, ends in schedule.slots.order_by("starts_at").values_list("starts_at", "ends_at")
    ]
    columns = (
        "practice_id, schedule_id, practitioner_id, location_id, starts_at, ends_at, status, overbooked, overbooked_why"
    )
    return f"INSERT INTO {Slot._meta.db_table} ({columns}) VALUES {', '.join(rows)}"  # noqa: S608  every word is of this file


def make_patient(practice: Practice, *, given_name: str, email: str | None = None) -> Patient:
    patient = Patient.objects.create(
        practice=practice,
        given_name=given_name,
        family_name="Lopez",
        birth_date=date(1948, 3, 7),
        member_ids=["M-1234"],
    )
    Contact.objects.create(
        practice=practice,
        patient=patient,
        kind=Contact.Kind.EMAIL,
        value=email or f"{given_name.lower()}-{uuid.uuid4().hex[:8]}@example.org",
        consented_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return patient
