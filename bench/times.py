"""Open times of one practitioner for a fortnight: statements, the operation beside the bare read, and the page."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure, in_turns
from bench.server import cookies_for
from bench.surgery import open_surgery
from bench.world import Visit, make_world
from freeslot.database.rows import adapted
from freeslot.practices.models import VisitType
from freeslot.scheduling.availability import Ask, ask_for, open_times
from freeslot.scheduling.models import Slot

DAYS, EACH_DAY = 14, 24
MOST_STATEMENTS, MOST_TIMES_FLOOR, MOST_MS = 4, 6.0, 15
ROUNDS, EACH, PAGES = 9, 40, 60
READ = """
    SELECT id, schedule_id, practitioner_id, location_id, starts_at, ends_at FROM scheduling_slot
    WHERE practitioner_id = %s AND starts_at >= %s AND starts_at < %s AND status IN ('free', 'held') ORDER BY starts_at
"""


def run() -> Iterator[Figure]:
    world = make_world(PAGES + 20)
    first = datetime.now(UTC).date() + timedelta(days=1)
    surgery = open_surgery(world, first=first, days=DAYS, each_day=EACH_DAY)
    kind = VisitType.objects.select_related("practice").get(pk=surgery.visit_type_id)
    now = datetime.now(UTC)
    few = _statements(kind, now)
    _take_some(surgery.slot_ids)
    many = _statements(kind, now)
    assert few == many, (few, many)
    yield Figure(
        "open times of a fortnight, SQL statements", connection.vendor, many, "",
        bound=f"at most {MOST_STATEMENTS}", holds=many <= MOST_STATEMENTS,
    )  # fmt: skip
    ask = ask_for(kind, now=now, practitioner_id=surgery.practitioner_id)
    floor = _bare(ask, first)
    mine, least = in_turns(lambda _: open_times(ask, first=first, days=DAYS, now=now), floor, rounds=ROUNDS, each=EACH)
    yield Figure("bare indexed read of a fortnight", connection.vendor, 1000 * least, "ms")
    yield Figure(
        "open times of a fortnight", connection.vendor, 1000 * mine, "ms", ratio=mine / least,
        bound=f"within {MOST_TIMES_FLOOR:.0f} times the floor", holds=mine / least <= MOST_TIMES_FLOOR,
    )  # fmt: skip
    client = Client()
    waits = [_page(client, visit) for visit in world.visits][20:]
    middle = 1000 * statistics.median(waits)
    yield Figure(
        "page of times to move to, median", connection.vendor, middle, "ms", ratio=middle / 1000 / least,
        bound=f"at most {MOST_MS} ms", holds=middle <= MOST_MS,
    )  # fmt: skip


def _statements(kind: VisitType, now: datetime) -> int:
    with CaptureQueriesContext(connection) as captured:
        open_times(ask_for(kind, now=now), first=now.date(), days=DAYS, now=now)
    return len(captured)


def _take_some(slot_ids: list[int]) -> None:
    """Half of the diary is full."""
    some = random.Random(2).sample(slot_ids, len(slot_ids) // 2)
    Slot.objects.filter(pk__in=some).update(status=Slot.Status.BLOCKED)


def _bare(ask: Ask, first: date) -> Callable[[int], None]:
    starts = datetime.combine(first, datetime.min.time(), UTC)
    values = [*adapted(Slot, practitioner=ask.practitioner_ids[0]), *adapted(Slot, starts_at=starts)]
    values += adapted(Slot, starts_at=starts + timedelta(days=DAYS))
    raw = connection.connection.cursor()
    text = READ.replace("%s", "?") if connection.vendor == "sqlite" else READ

    def read(_index: int) -> None:
        raw.execute(text, values)
        raw.fetchall()

    return read


def _page(client: Client, visit: Visit) -> float:
    for name, value in (pair.split("=", 1) for pair in cookies_for(visit.user_id).split("; ")):
        client.cookies[name] = value
    started = time.perf_counter()
    response = client.get(f"/appointments/{visit.reference}/move/")
    took = time.perf_counter() - started
    assert response.status_code == 200
    assert b"data-slot" in response.content
    return took
