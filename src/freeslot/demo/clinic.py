"""Makes one of the demo's practices: its people, rules, patients, and the hours in which it can be visited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from freeslot.accounts.models import User
from freeslot.demo.people import PEOPLE, Person
from freeslot.demo.plan import Placed, pieces_of
from freeslot.demo.practices import House
from freeslot.patients.models import Contact, Grant, Patient
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
from freeslot.scheduling.models import Schedule, ScheduleException, WeeklyHours
from freeslot.scheduling.operations.publish import publish_slots

WEEKS_BACK = 3
WEEKS_AHEAD = 5
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Clinic:
    """What was made, by the names that the plan uses."""

    practice: Practice
    kinds: dict[str, VisitType]
    schedules: dict[str, Schedule]
    patients: dict[str, Patient]


def make_clinic(house: House, users: dict[str, User], now: datetime) -> Clinic:
    practice = Practice.objects.create(
        slug=house.slug,
        name=house.name,
        country=house.country,
        zone=house.zone,
        currency=house.currency,
        phone=house.phone,
        phone_hours=house.phone_hours,
        email=f"{house.slug}@example.org",
        brand=house.brand,
        neutral_alias=house.alias,
    )
    name, address, directions = house.place
    location = Location.objects.create(practice=practice, name=name, address=address, directions=directions)
    people = [
        Practitioner.objects.create(practice=practice, name=who, role=role, video_room=house.video_rooms.get(who, ""))
        for who, role in house.practitioners.items()
    ]
    known = [person for person in PEOPLE if house.slug in person.practices]
    return Clinic(
        practice=practice,
        kinds=_make_kinds(house, practice, people),
        schedules={each.name: _make_schedule(house, practice, each, location) for each in people},
        patients={each.username: _make_patient(each, practice, users[each.username], now) for each in known},
    )


def _make_kinds(house: House, practice: Practice, people: Iterable[Practitioner]) -> dict[str, VisitType]:
    Policy.objects.create(practice=practice, version=1, valid_from=ALWAYS, rules=house.rules)
    kinds: dict[str, VisitType] = {}
    version = 1
    for kind in house.kinds:
        made = kinds[kind.name] = VisitType.objects.create(
            practice=practice,
            name=kind.name,
            length=kind.length,
            buffer=kind.buffer,
            price_minor=kind.price_minor,
            by_video=kind.by_video,
            payers=list(kind.payers),
        )
        made.practitioners.set(each for each in people if not kind.given_by or each.name in kind.given_by)
        if kind.extra_rules:
            version += 1
            rules = house.rules | kind.extra_rules
            Policy.objects.create(practice=practice, visit_type=made, version=version, valid_from=ALWAYS, rules=rules)
    return kinds


def _make_schedule(house: House, practice: Practice, practitioner: Practitioner, location: Location) -> Schedule:
    schedule = Schedule.objects.create(
        practice=practice,
        practitioner=practitioner,
        location=location,
        slot_length=house.slot_length,
        weeks_ahead=WEEKS_AHEAD,
    )
    for weekday in range(5):
        WeeklyHours.objects.create(
            practice=practice, schedule=schedule, weekday=weekday, starts=house.opens, ends=house.closes
        )
    return schedule


def _make_patient(person: Person, practice: Practice, user: User, now: datetime) -> Patient:
    patient = Patient.objects.create(
        practice=practice,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        member_ids=[person.member_id],
        payer=person.payer,
    )
    said_yes_at = now - timedelta(days=300)
    Contact.objects.create(
        practice=practice, patient=patient, kind=Contact.Kind.EMAIL, value=person.email, consented_at=said_yes_at
    )
    Contact.objects.create(
        practice=practice,
        patient=patient,
        kind=Contact.Kind.PHONE,
        value=person.phone,
        consented_at=said_yes_at,
        can_receive_texts=True,
    )
    Grant.objects.create(user=user, patient=patient, scope=Grant.Scope.SELF)
    return patient


def publish_clinic(clinic: Clinic, placed: Iterable[Placed], now: datetime) -> None:
    """Publishes as of some weeks ago, each practitioner also open in the hours of the visits they were given."""
    mine = [each for each in placed if each.planned.house.slug == clinic.practice.slug]
    for name, schedule in clinic.schedules.items():
        hours = {hour for each in mine if each.planned.practitioner == name for hour in _hours_around(each)}
        for day, starts, ends in sorted(hours):
            ScheduleException.objects.create(
                practice=clinic.practice,
                schedule=schedule,
                kind=ScheduleException.Kind.OPEN,
                day=day,
                starts=starts,
                ends=ends,
            )
        publish_slots(schedule=schedule, now=now - timedelta(weeks=WEEKS_BACK), weeks=WEEKS_BACK + WEEKS_AHEAD)


def _hours_around(placed: Placed) -> set[tuple[date, time, time]]:
    """The whole hours by the practice's clock that a visit touches: on clock-change nights too they hold its slots."""
    house = placed.planned.house
    zone = ZoneInfo(house.zone)
    local = [starts.astimezone(zone) for starts, _ in pieces_of(placed.starts_at, placed.ends_at, house)]
    return {(at.date(), time(at.hour), time(at.hour + 1) if at.hour < 23 else time.max) for at in local}
