"""Two hundred patients press for sixty times at once, over HTTP: sixty of them have one, and the others are told so."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from bench.figures import Figure
from bench.load import Load, request, send
from bench.server import CSRF, cookies_for, running_server
from bench.surgery import Surgery, open_surgery
from bench.world import Visit, World, make_world
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Slot
from freeslot.visits.times import BETWEEN

CLIENTS, SLOTS, WARM_UP = 200, 60, 40
LONGEST = 2.0


@dataclass(frozen=True)
class Kind:
    """What is pressed for: `press` makes the request for one time, `owner` names in a slot whose it is then."""

    name: str
    won: int
    lost: int
    owner: str
    press: Callable[[World, Visit, Surgery, str], bytes]


def run() -> Iterator[Figure]:
    first = datetime.now(UTC).date() + timedelta(days=3)
    for kind in (Kind("move", 303, 422, "appointment", _move), Kind("pick", 303, 409, "held_by", _pick)):
        yield from _race(kind, first)


def _race(kind: Kind, first: date) -> Iterator[Figure]:
    world = make_world(CLIENTS + WARM_UP)
    wanted = open_surgery(world, first=first, days=1, each_day=SLOTS)
    for_warm_up = open_surgery(world, first=first, days=1, each_day=WARM_UP)
    warm = [_press(kind, world, visit, for_warm_up, n) for n, visit in enumerate(world.visits[CLIENTS:])]
    presses = [_press(kind, world, visit, wanted, n % SLOTS) for n, visit in enumerate(world.visits[:CLIENTS])]
    with running_server(processes=2 if connection.vendor == "postgresql" else 1) as port:
        alone = send(port, warm, clients=1)
        found = send(port, presses, clients=CLIENTS)
    assert set(alone.statuses) == {kind.won}, alone.statuses
    yield from _figures(kind, found, alone)
    taken = Slot.objects.filter(pk__in=wanted.slot_ids).exclude(status=Slot.Status.FREE)
    owners = taken.values(kind.owner).distinct().count()
    yield Figure(
        f"… owners of the {SLOTS} slots", connection.vendor, owners, "", bound="one of each", holds=owners == SLOTS
    )


def _figures(kind: Kind, found: Load, alone: Load) -> Iterator[Figure]:
    vendor, won = connection.vendor, found.statuses.get(kind.won, 0)
    others = CLIENTS - won - found.statuses.get(kind.lost, 0)
    slowest = max(answer.wait for answer in found.answers)
    yield Figure(
        f"{CLIENTS} {kind.name} one of {SLOTS} times: have it", vendor, won, "",
        bound=f"exactly {SLOTS}", holds=won == SLOTS,
    )  # fmt: skip
    yield Figure("… answered by an error page", vendor, others, "", bound="none", holds=others == 0)
    yield Figure(f"a {kind.name} by HTTP, one client, median", vendor, alone.p50, "ms")
    yield Figure("… at once, median", vendor, found.p50, "ms", ratio=found.p50 / alone.p50)
    yield Figure(
        "… at once, the longest wait", vendor, slowest, "s", ratio=1000 * slowest / alone.p50,
        bound=f"at most {LONGEST:.0f} s", holds=slowest <= LONGEST,
    )  # fmt: skip


def _press(kind: Kind, world: World, visit: Visit, surgery: Surgery, number: int) -> bytes:
    when = f"{surgery.starts[number].isoformat()}{BETWEEN}{surgery.practitioner_id}"
    return kind.press(world, visit, surgery, when)


def _move(_world: World, visit: Visit, _surgery: Surgery, when: str) -> bytes:
    """The last press of the move page, as its review page sends it."""
    said = {"time": when, "confirm": "0", "key": uuid.uuid4().hex, "reason": "", "note": ""}
    return _post(reverse("move", args=[visit.reference]), visit, said)


def _pick(world: World, visit: Visit, surgery: Surgery, when: str) -> bytes:
    """The press on a list of times that keeps one for a booking."""
    practice = Practice.objects.get(pk=world.practice_id)
    return _post(reverse("book_times", args=[practice.slug]), visit, {"type": str(surgery.visit_type_id), "time": when})


def _post(address: str, visit: Visit, said: dict[str, str]) -> bytes:
    body = urlencode({"csrfmiddlewaretoken": CSRF, **said})
    return request("POST", address, cookies=cookies_for(visit.user_id), body=body)
