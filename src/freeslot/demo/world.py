"""Makes the demo world with the core's own operations, as if the last weeks had really happened."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from freeslot.accounts.models import User
from freeslot.demo.people import PEOPLE, Person
from freeslot.demo.plan import Placed, Planned, Story, pieces_of, place_all
from freeslot.demo.practices import HOUSES, House
from freeslot.events.models import Event
from freeslot.patients.models import Contact, Grant, Patient
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
from freeslot.scheduling.actors import Door, account, staff
from freeslot.scheduling.models import Appointment, Schedule, ScheduleException, WeeklyHours
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_slots
from freeslot.scheduling.states import Status

PAST = timedelta(weeks=3)
WEEKS_AHEAD = 6
ALWAYS = datetime(2020, 1, 1, tzinfo=UTC)
MESSAGES = "freeslot.messages.reactor.react"


@dataclass
class _World:
    """What has been made so far, by the names the plan uses."""

    now: datetime
    users: dict[str, User] = field(default_factory=dict)
    practices: dict[str, Practice] = field(default_factory=dict)
    patients: dict[tuple[str, str], Patient] = field(default_factory=dict)
    kinds: dict[tuple[str, str], VisitType] = field(default_factory=dict)
    schedules: dict[tuple[str, str], Schedule] = field(default_factory=dict)
    series: dict[str, uuid.UUID] = field(default_factory=dict)


def world_exists() -> bool:
    return Practice.objects.exists()


def make_world(*, now: datetime) -> None:
    """All of it or nothing. What is past is settled quietly; what lies ahead is left for the worker to announce."""
    with transaction.atomic():
        world = _World(now)
        for person in PEOPLE:
            world.users[person.username] = _make_user(person)
        for house in HOUSES:
            _make_practice(world, house)
        placed = place_all(now)
        _publish(world, placed)
        for each in sorted(placed, key=lambda each: each.planned.ago, reverse=True):
            _tell_story(world, each)
        _settle_the_past(now)


def _make_user(person: Person) -> User:
    user = User.objects.create_user(
        username=person.username, email=person.email, password=person.password, first_name=person.given_name
    )
    EmailAddress.objects.create(user=user, email=person.email, verified=True, primary=True)
    return user


def _make_practice(world: _World, house: House) -> None:
    practice = world.practices[house.slug] = Practice.objects.create(
        slug=house.slug,
        name=house.name,
        country=house.country,
        zone=house.zone,
        currency=house.currency,
        phone=house.phone,
        phone_hours=house.phone_hours,
        email=f"{house.slug}@example.org",
        brand=house.brand,
    )
    name, address, directions = house.place
    location = Location.objects.create(practice=practice, name=name, address=address, directions=directions)
    people = [Practitioner.objects.create(practice=practice, name=who, role=role) for who, role in house.practitioners.items()]
    _make_kinds(world, house, practice, people)
    for practitioner in people:
        world.schedules[house.slug, practitioner.name] = _make_schedule(house, practice, practitioner, location)
    for person in PEOPLE:
        if house.slug in person.practices:
            world.patients[house.slug, person.username] = _make_patient(world, person, practice)


def _make_kinds(world: _World, house: House, practice: Practice, people: Iterable[Practitioner]) -> None:
    Policy.objects.create(practice=practice, version=1, valid_from=ALWAYS, rules=house.rules)
    version = 1
    for kind in house.kinds:
        made = VisitType.objects.create(
            practice=practice, name=kind.name, length=kind.length, price_minor=kind.price_minor
        )
        made.practitioners.set(people)
        world.kinds[house.slug, kind.name] = made
        if kind.extra_rules:
            version += 1
            rules = house.rules | kind.extra_rules
            Policy.objects.create(practice=practice, visit_type=made, version=version, valid_from=ALWAYS, rules=rules)


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


def _make_patient(world: _World, person: Person, practice: Practice) -> Patient:
    patient = Patient.objects.create(
        practice=practice,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date,
        member_id=person.member_id,
        payer=person.payer,
    )
    said_yes = {"practice": practice, "patient": patient, "consented_at": world.now - timedelta(days=300)}
    Contact.objects.create(kind=Contact.Kind.EMAIL, value=person.email, **said_yes)
    Contact.objects.create(kind=Contact.Kind.PHONE, value=person.phone, can_receive_texts=True, **said_yes)
    Grant.objects.create(user=world.users[person.username], patient=patient, scope=Grant.Scope.SELF)
    return patient


def _publish(world: _World, placed: Iterable[Placed]) -> None:
    """Publishes as of some weeks ago, each practitioner also open in the hours of the visits they were given."""
    for each in placed:
        house = each.planned.house
        schedule = world.schedules[house.slug, each.planned.practitioner]
        for day, starts, ends in _hours_around(each, house):
            ScheduleException.objects.get_or_create(
                practice_id=schedule.practice_id, schedule=schedule, kind=ScheduleException.Kind.OPEN,
                day=day, starts=starts, ends=ends,
            )  # fmt: skip
    weeks = PAST // timedelta(weeks=1) + WEEKS_AHEAD
    for schedule in world.schedules.values():
        publish_slots(schedule=schedule, now=world.now - PAST, weeks=weeks)


def _hours_around(placed: Placed, house: House) -> set[tuple[date, time, time]]:
    """The whole hours by the practice's clock that the visit touches: on clock-change nights too they hold its slots."""
    zone = ZoneInfo(house.zone)
    local = [starts.astimezone(zone) for starts, _ in pieces_of(placed.starts_at, placed.ends_at, house)]
    return {(at.date(), time(at.hour), time(at.hour + 1) if at.hour < 23 else time.max) for at in local}


def _tell_story(world: _World, placed: Placed) -> None:
    planned = placed.planned
    reference = _book(world, placed)
    told_at = world.now - planned.told_ago
    practice = world.practices[planned.house.slug]
    desk = {"actor": staff("desk", practice.pk), "door": Door.DESK}
    match planned.story:
        case Story.CANCELLED:
            _cancel(world, planned, reference, told_at)
        case Story.ARRIVED:
            check_in(ref=reference, now=told_at, **desk)
        case Story.FULFILLED:
            check_in(ref=reference, now=placed.starts_at - timedelta(minutes=4), **desk)
            fulfil(ref=reference, now=placed.ends_at, **desk)
        case Story.NOSHOW:
            mark_no_show(ref=reference, now=placed.ends_at, **desk)


def _book(world: _World, placed: Placed) -> str:
    planned = placed.planned
    house = planned.house
    schedule = world.schedules[house.slug, planned.practitioner]
    slots = schedule.slots.filter(starts_at__gte=placed.starts_at, starts_at__lt=placed.ends_at)
    series = world.series.setdefault(planned.series, uuid.uuid4()) if planned.series else None
    return book_appointment(
        patient=world.patients[house.slug, planned.person.username],
        visit_type=world.kinds[house.slug, planned.kind],
        slot_ids=list(slots.values_list("pk", flat=True)),
        actor=account(world.users[planned.person.username].pk),
        door=Door.PORTAL,
        now=world.now - planned.ago,
        series_id=series,
    ).reference


def _cancel(world: _World, planned: Planned, reference: str, now: datetime) -> None:
    mine = {"actor": account(world.users[planned.person.username].pk), "door": Door.PORTAL}
    cancel_appointment(
        ref=reference, reason="pat-swl", note="", accepted_fee=0, idempotency_key="", now=now, **mine
    )
    over_at = Appointment.objects.get(reference=reference).undo_until
    if over_at and over_at <= world.now:
        release_slots(ref=reference, now=over_at, **mine)


def _settle_the_past(now: datetime) -> None:
    """Receipts and charges of what is past are made at once; nobody is sent mail about last week."""
    ahead = Appointment.objects.filter(status=Status.BOOKED, starts_at__gt=now).values("pk")
    reactors = [import_string(path) for path in settings.FREESLOT_REACTORS if path != MESSAGES]
    for event in Event.objects.exclude(subject_id__in=ahead).order_by("at", "version"):
        for react in reactors:
            react(event, event.at)
        event.finish(now)
