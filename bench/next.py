""" "Next available" over twenty thousand practitioners by specialty, place, payer and day, at two clients."""

import concurrent.futures
import multiprocessing
import random
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from bench.diary import make_slots
from bench.figures import Figure
from bench.world import set_up

PRACTICES, PEOPLE, SLOTS_EACH = 2000, 10, 100
SPECIALTIES, CITIES, PAYERS = 10, 10, 6
# Slots begin a week ahead, and last five days.
AHEAD = timedelta(days=7)
CLIENTS, EACH, WARM_UP = 2, 300, 20
MOST_MS, PAGE = 50, 20
FLOOR = """
    SELECT l.id, (
        SELECT o.starts_at FROM scheduling_slot o WHERE o.practitioner_id = l.practitioner_id
        AND o.status IN ('free', 'held') AND o.status = 'free' AND o.starts_at >= %s ORDER BY o.starts_at LIMIT 1
    ) FROM scheduling_listing l WHERE l.specialty = %s AND l.city = %s AND l.by_video = %s AND l.for_new = %s
    AND l.payer = %s
"""


def run() -> Iterator[Figure]:
    _make_directory()
    connection.close()
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(CLIENTS, mp_context=context, initializer=set_up) as pool:
        waits = sorted(each for client in pool.map(_searches, range(CLIENTS)) for each in client)
        floor = statistics.median(each for client in pool.map(_floor, range(CLIENTS)) for each in client)
    middle, slow = 1000 * statistics.median(waits), 1000 * waits[int(0.95 * (len(waits) - 1))]
    yield Figure("first open slot of each there, bare SQL", connection.vendor, 1000 * floor, "ms")
    yield Figure("next available, 20,000 practitioners, median", connection.vendor, middle, "ms", middle / 1000 / floor)
    bound = connection.vendor == "postgresql"
    yield Figure(
        "next available, 20,000 practitioners, p95", connection.vendor, slow, "ms", ratio=slow / 1000 / floor,
        bound=f"under {MOST_MS} ms" if bound else "", holds=slow < MOST_MS if bound else None,
    )  # fmt: skip


def _searches(client: int) -> list[float]:
    from freeslot.scheduling.finding import Search, find_practitioners

    chance = random.Random(client)
    waits = []
    for _ in range(WARM_UP + EACH):
        specialty, city, payer, day = _asked(chance)
        started = time.perf_counter()
        found = find_practitioners(Search(specialty, city, payer), day=day, now=datetime.now(UTC))
        waits.append(time.perf_counter() - started)
        assert len(found) == PAGE, len(found)
    return waits[WARM_UP:]


def _floor(client: int) -> list[float]:
    from freeslot.database.rows import adapted
    from freeslot.scheduling.models import Listing, Slot

    chance = random.Random(client)
    waits = []
    for _ in range(WARM_UP + EACH):
        specialty, city, payer, day = _asked(chance)
        at = datetime.combine(day, datetime.min.time(), UTC)
        facts = {"specialty": specialty, "city": city, "by_video": False, "for_new": True, "payer": payer}
        with connection.cursor() as cursor:
            started = time.perf_counter()
            cursor.execute(FLOOR, [*adapted(Slot, starts_at=at), *adapted(Listing, **facts)])
            cursor.fetchall()
            waits.append(time.perf_counter() - started)
    return waits[WARM_UP:]


def _asked(chance: random.Random) -> tuple[str, str, str, date]:
    day = datetime.now(UTC).date() + AHEAD + timedelta(days=chance.randrange(3))
    specialty, city = f"s{chance.randrange(SPECIALTIES)}", f"city {chance.randrange(CITIES)}"
    return specialty, city, f"payer {chance.randrange(PAYERS)}", day


def _make_directory() -> None:
    """Practices of ten, each in one city and with two of six payers; a third of them need two slots for a visit."""
    from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
    from freeslot.scheduling.models import Schedule
    from freeslot.scheduling.operations.listing import _rows
    from freeslot.scheduling.rulebook import BookingRules

    now, some = datetime.now(UTC), uuid.uuid4().hex[:8]
    practices = [
        Practice(slug=f"next-{some}-{n}", name=f"Practice {n}", country="US", zone="America/New_York", currency="USD")
        for n in range(PRACTICES)
    ]
    places = [
        Location(practice=each, name="Main", address="1 Main Street", city=f"City {n % CITIES}")
        for n, each in enumerate(practices)
    ]
    kinds = [
        VisitType(practice=each, name="Check-up", length=timedelta(minutes=40 if n % 3 == 0 else 20),
                  payers=[f"payer {n % PAYERS}", f"payer {(n // CITIES + 1) % PAYERS}"])
        for n, each in enumerate(practices)
    ]  # fmt: skip
    people = [
        Practitioner(practice=each, name=f"Dr. {n}", specialty=f"s{n % SPECIALTIES}")
        for each in practices for n in range(PEOPLE)
    ]  # fmt: skip
    by_practice = {each.pk: pair for each, *pair in zip(practices, places, kinds, strict=True)}
    schedules = [
        Schedule(practice=each.practice, practitioner=each, location=by_practice[each.practice_id][0],
                 slot_length=timedelta(minutes=20), published_until=date(2100, 1, 1))
        for each in people
    ]  # fmt: skip
    rules = [Policy(practice=each, version=1, valid_from=now - timedelta(days=90)) for each in practices]
    given = VisitType.practitioners.through
    gives = [given(visittype=by_practice[each.practice_id][1], practitioner=each) for each in people]
    listings = [
        row for each in people for place, kind in [by_practice[each.practice_id]]
        for row in _rows(each, place, [(kind, BookingRules())])
    ]  # fmt: skip
    for rows in (practices, places, kinds, people, schedules, rules, gives, listings):
        type(rows[0])._default_manager.bulk_create(rows, batch_size=1000)
    make_slots(SLOTS_EACH, now.date() + AHEAD)
