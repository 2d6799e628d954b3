"""Patients' pages while mail scanners read links at half of what the machine can serve, and what that writes."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.test import Client

from bench.figures import Figure
from bench.links import PROOF, link_addresses
from bench.load import Load, joined, request, send, send_steadily
from bench.server import cookies_for, running_server
from bench.world import make_world
from bench.writes import fingerprints, watched_writes
from freeslot.doors.link.hits import AT_ONCE
from freeslot.scheduling.models import ManageLink

SECONDS, PATIENTS_A_SECOND = 30, 5
# The links are no more than are counted in one commit.
LINKS, PATIENTS = 40, 60
CLIENTS, SATURATING, WARM_UP = 16, 600, 200
MOST_TIMES = 2.0
COUNTED_WITHIN = 15.0
UNKNOWN = "/m/AAAAAAAAAAAAAAAAAAAAAA/"
# What scanners send, one after the other; a few links are cut off on their way.
METHODS = ["GET", "GET", "HEAD", "GET", "GET", "HEAD", "GET", "GET", "OPTIONS"]
READS = (b"GET /m/", b"HEAD /m/")


@dataclass(frozen=True)
class World:
    """Links nobody has opened, and what signed-in patients and those behind a link ask for."""

    links: list[str]
    patients: list[bytes]


@dataclass(frozen=True)
class Measured:
    """`calm` are the patients' pages without the flood, half of them before it and half after, `busy` those in it.

    `hits` are all reads of links that exist, `late` the seconds from the last one until all are counted.
    """

    links: Load
    pages: Load
    flood: Load
    calm: Load
    busy: Load
    hits: int
    late: float


def run() -> Iterator[Figure]:
    assert LINKS <= AT_ONCE
    world = _world()
    before = fingerprints()
    processes = 2 if connection.vendor == "postgresql" else 1
    with watched_writes() as writes, running_server(processes=processes) as port:
        found = _measured(port, world)
    assert set(found.busy.statuses) == set(found.calm.statuses) == {200}, (found.busy.statuses, found.calm.statuses)
    assert set(found.flood.statuses) == {200, 204, 404}, found.flood.statuses
    assert writes.seen, "not even the counts were seen to be written"
    yield from _times(found)
    counted, by_requests = _counted(), writes.unexplained()
    yield Figure(
        "reads counted, of those sent", connection.vendor, counted, "", ratio=counted / found.hits,
        bound="all of them", holds=counted == found.hits,
    )  # fmt: skip
    yield Figure("reads counted after their last", connection.vendor, found.late, "s")
    yield Figure(
        "writes by requests", connection.vendor, by_requests, "", bound="none",
        holds=by_requests <= 0 and fingerprints() == before,
    )  # fmt: skip


def _times(found: Measured) -> Iterator[Figure]:
    vendor, calm, busy, flood = connection.vendor, found.calm, found.busy, found.flood
    yield Figure("link pages, as many as can be", vendor, found.links.rate, "/s")
    yield Figure("patients' pages, as many as can be", vendor, found.pages.rate, "/s")
    yield Figure("scanners' flood", vendor, flood.rate, "/s", ratio=flood.rate / found.links.rate)
    yield Figure("patients' pages without it, median", vendor, calm.p50, "ms")
    yield Figure("patients' pages without it, p95", vendor, calm.p95, "ms")
    yield Figure("patients' pages in the flood, median", vendor, busy.p50, "ms", ratio=busy.p50 / calm.p50)
    yield Figure(
        "patients' pages in the flood, p95", vendor, busy.p95, "ms", ratio=busy.p95 / calm.p95,
        bound=f"under {MOST_TIMES:.0f} times", holds=busy.p95 < MOST_TIMES * calm.p95,
    )  # fmt: skip


def _measured(port: int, world: World) -> Measured:
    reads = [request("GET", link) for link in world.links]
    warm, saturating = _many([*reads, *world.patients], WARM_UP), _many(reads, SATURATING)
    send(port, warm, clients=CLIENTS)
    pages = send(port, _many(world.patients, SATURATING // 2), clients=CLIENTS)
    links = send(port, saturating, clients=CLIENTS)
    scanners = _many(_scanners(world.links), round(SECONDS * links.rate / 2))
    patients = _many(world.patients, SECONDS * PATIENTS_A_SECOND)
    half = len(patients) // 2
    (before,) = send_steadily(port, (patients[:half], PATIENTS_A_SECOND))
    busy, flood = send_steadily(port, (patients, PATIENTS_A_SECOND), (scanners, links.rate / 2))
    hits = _hits([*warm, *saturating, *scanners])
    late = _seconds_until_counted(hits)
    (after,) = send_steadily(port, (patients[half:], PATIENTS_A_SECOND))
    return Measured(links, pages, flood, joined(before, after), busy, hits, late)


def _world() -> World:
    made = make_world(LINKS + PATIENTS)
    links = link_addresses(made.visits, made.practice_id)
    patients = []
    for number, visit in enumerate(made.visits[LINKS:]):
        if number % 2:
            browser = Client()
            assert browser.post(links[LINKS + number], PROOF).status_code == 303
            cookies = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        else:
            cookies = cookies_for(visit.user_id)
        page = f"/appointments/{visit.reference}/"
        patients += [request("GET", page + part, cookies=cookies) for part in ("", "cancellation/")]
    return World(links[:LINKS], patients)


def _scanners(links: Sequence[str]) -> list[bytes]:
    some = [request(method, link) for link, method in zip(links, cycle(METHODS), strict=False)]
    return [*some, request("GET", UNKNOWN)]


def _many(requests: Sequence[bytes], count: int) -> list[bytes]:
    return list(islice(cycle(requests), count))


def _hits(requests: Sequence[bytes]) -> int:
    """How many of these read a link that exists."""
    return sum(each.startswith(READS) and UNKNOWN.encode() not in each for each in requests)


def _seconds_until_counted(hits: int) -> float:
    began = time.monotonic()
    while _counted() < hits and time.monotonic() - began < COUNTED_WITHIN:
        time.sleep(0.1)
    return time.monotonic() - began


def _counted() -> int:
    return int(ManageLink.objects.aggregate(all=Sum("opened"))["all"])
