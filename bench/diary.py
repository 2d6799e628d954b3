"""Diaries with as many stored slots as asked for, made in bulk, and the acts on them that benchmarks time.

As a program (`python -m bench.diary SLOTS`) it makes them in the database that DATABASE_URL names, and then runs what
each line of its input says: an act and how often.
"""

import random
import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count

from django.db import connection
from django.db.models import Max, Min

from bench.figures import seconds_each
from bench.world import set_up

EACH = 1000
PEOPLE = 1000
# Of schedules that have none yet, in the order of their publishing: twenty slots a day, one in four of them free.
SLOTS = {
    "postgresql": """
        INSERT INTO scheduling_slot (practice_id, schedule_id, practitioner_id, location_id, starts_at, ends_at, status,
            overbooked, overbooked_why)
        SELECT s.practice_id, s.id, s.practitioner_id, s.location_id, at, at + interval '20 minutes',
            CASE WHEN random() < 0.25 THEN 'free' ELSE 'blocked' END, false, ''
        FROM scheduling_schedule s, generate_series(0, %s) n,
            LATERAL (SELECT CAST(%s AS timestamptz) + (n / 20 * 1440 + n %% 20 * 20) * interval '1 minute') AS t(at)
        WHERE s.id NOT IN (SELECT schedule_id FROM scheduling_slot) ORDER BY s.id, n
    """,
    "sqlite": """
        WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s),
        times(n, at) AS (SELECT n, datetime(%s, (n / 20 * 1440 + n %% 20 * 20) || ' minutes') FROM numbers)
        INSERT INTO scheduling_slot (practice_id, schedule_id, practitioner_id, location_id, starts_at, ends_at, status,
            overbooked, overbooked_why)
        SELECT s.practice_id, s.id, s.practitioner_id, s.location_id, at, datetime(at, '20 minutes'),
            CASE WHEN abs(random() %% 100) < 25 THEN 'free' ELSE 'blocked' END, false, ''
        FROM scheduling_schedule s, times
        WHERE s.id NOT IN (SELECT schedule_id FROM scheduling_slot) ORDER BY s.id, n
    """,
}


@dataclass
class Diaries:
    """`free` are ids of free slots all over the table, `booked` and `moved` the references that acts have left."""

    user_id: uuid.UUID
    patient_ids: list[uuid.UUID]
    visit_type_id: uuid.UUID
    free: list[int]
    booked: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    keys: "count[int]" = field(default_factory=count)


def make_diaries(slots: int, *, taken: int) -> Diaries:
    """One practice whose practitioners have so many slots between them; `taken` is how many the acts will use up."""
    from freeslot.accounts.models import User
    from freeslot.patients.models import Grant, Patient
    from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
    from freeslot.scheduling.models import Schedule

    practice = Practice.objects.create(
        slug=f"bench-{uuid.uuid4().hex[:8]}", name="Bench Practice", country="US", zone="America/New_York",
        currency="USD", phone="+12125550142",
    )  # fmt: skip
    rules = {"steps": [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]}
    now = datetime.now(UTC)
    Policy.objects.create(practice=practice, version=1, valid_from=now - timedelta(days=90), rules=rules)
    place = Location.objects.create(practice=practice, name="Mill Street", address="12 Mill Street")
    length = timedelta(minutes=20)
    kind = VisitType.objects.create(practice=practice, name="Check-up", length=length, price_minor=9000)
    doctors = [Practitioner(practice=practice, name=f"Dr. Number {n}") for n in range(max(slots // EACH, 1))]
    Practitioner.objects.bulk_create(doctors, batch_size=1000)
    kind.practitioners.add(*doctors)
    Schedule.objects.bulk_create(
        [
            Schedule(practice=practice, practitioner=each, location=place, slot_length=length,
                     published_until=date(2100, 1, 1))
            for each in doctors
        ],
        batch_size=1000,
    )  # fmt: skip
    make_slots(min(slots, EACH), now.date() + timedelta(days=7))
    user = User.objects.create_user(username=f"bench-{uuid.uuid4().hex}")
    people = [
        Patient(practice=practice, given_name="Ada", family_name=f"Number {n}", birth_date=date(1970, 1, 1))
        for n in range(PEOPLE)
    ]
    Patient.objects.bulk_create(people)
    Grant.objects.bulk_create([Grant(user=user, patient=person, scope="self") for person in people])
    return Diaries(user.pk, [person.pk for person in people], kind.pk, _some_free(taken))


def make_slots(each: int, first: date) -> None:
    """So many for each schedule, without looking up every row's foreign keys again, and settled on the disk."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(SLOTS["postgresql"], [each - 1, datetime.combine(first, time(0), UTC)])
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(SLOTS["sqlite"], [each - 1, f"{first} 00:00:00"])
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _some_free(wanted: int) -> list[int]:
    from freeslot.scheduling.models import Slot

    least, most = Slot.objects.aggregate(least=Min("pk"), most=Max("pk")).values()
    some = random.Random(4).sample(range(least, most + 1), min(8 * wanted, most + 1 - least))
    free = list(Slot.objects.filter(pk__in=some, status=Slot.Status.FREE).values_list("pk", flat=True))
    assert len(free) >= wanted, "too few free slots"
    return random.Random(5).sample(free, wanted)


def book(diaries: Diaries, number: int) -> None:
    from freeslot.patients.models import Patient
    from freeslot.practices.models import VisitType
    from freeslot.scheduling.actors import Door, account
    from freeslot.scheduling.operations.book import book_appointment

    patient = Patient.objects.get(pk=diaries.patient_ids[number % PEOPLE])
    kind = VisitType.objects.select_related("practice").get(pk=diaries.visit_type_id)
    booked = book_appointment(
        patient=patient, visit_type=kind, slot_ids=[diaries.free.pop()], actor=account(diaries.user_id),
        door=Door.PORTAL, now=datetime.now(UTC), idempotency_key=str(next(diaries.keys)),
    )  # fmt: skip
    diaries.booked.append(booked.reference)


def move(diaries: Diaries, _number: int) -> None:
    from freeslot.scheduling.actors import Door, account
    from freeslot.scheduling.operations.move import MoveResult, move_appointment

    reference = diaries.booked.pop()
    outcome = move_appointment(
        ref=reference, slot_ids=[diaries.free.pop()], actor=account(diaries.user_id), door=Door.PORTAL, accepted_fee=0,
        idempotency_key=str(next(diaries.keys)), now=datetime.now(UTC),
    )  # fmt: skip
    assert outcome.result is MoveResult.MOVED, outcome
    diaries.moved.append(reference)


def cancel(diaries: Diaries, _number: int) -> None:
    from freeslot.scheduling.actors import Door, account
    from freeslot.scheduling.operations.cancel import cancel_appointment

    outcome = cancel_appointment(
        ref=diaries.moved.pop(), actor=account(diaries.user_id), door=Door.PORTAL, reason="", note="", accepted_fee=0,
        idempotency_key=str(next(diaries.keys)), now=datetime.now(UTC),
    )  # fmt: skip
    assert outcome.event is not None


ACTS: dict[str, Callable[[Diaries, int], None]] = {"book": book, "move": move, "cancel": cancel}


def main(slots: int, taken: int) -> None:
    set_up()
    diaries = make_diaries(slots, taken=taken)
    print("made", flush=True)
    for line in sys.stdin:
        name, times = line.split()
        print(seconds_each(partial(ACTS[name], diaries), range(int(times))), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
