"""Two hundred patients press for sixty times at once, over HTTP: sixty of them move their visit, the others keep it."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db import connection

from bench.figures import Figure
from bench.load import Load, request, send
from bench.server import CSRF, cookies_for, running_server
from bench.surgery import Surgery, open_surgery
from bench.world import Visit, make_world
from freeslot.scheduling.models import Slot
from freeslot.visits.times import BETWEEN

CLIENTS, SLOTS, WARM_UP = 200, 60, 40
LONGEST = 2.0
WON, KEPT = 303, 422


def run() -> Iterator[Figure]:
    world = make_world(CLIENTS + WARM_UP)
    first = datetime.now(UTC).date() + timedelta(days=3)
    wanted = open_surgery(world, first=first, days=1, each_day=SLOTS)
    for_warm_up = open_surgery(world, first=first, days=1, each_day=WARM_UP)
    warm = [_press(visit, for_warm_up, n) for n, visit in enumerate(world.visits[CLIENTS:])]
    presses = [_press(visit, wanted, n % SLOTS) for n, visit in enumerate(world.visits[:CLIENTS])]
    processes = 2 if connection.vendor == "postgresql" else 1
    with running_server(processes=processes) as port:
        alone = send(port, warm, clients=1)
        found = send(port, presses, clients=CLIENTS)
    assert set(alone.statuses) == {WON}, alone.statuses
    yield from _figures(found, alone)
    taken = Slot.objects.filter(pk__in=wanted.slot_ids, status=Slot.Status.BUSY)
    visits = taken.values("appointment").distinct().count()
    yield Figure(
        f"visits in the {SLOTS} slots", connection.vendor, visits, "", bound="one in each", holds=visits == SLOTS
    )


def _figures(found: Load, alone: Load) -> Iterator[Figure]:
    vendor, won = connection.vendor, found.statuses.get(WON, 0)
    others = CLIENTS - won - found.statuses.get(KEPT, 0)
    slowest = max(answer.wait for answer in found.answers)
    yield Figure(
        f"{CLIENTS} press for {SLOTS} times: moved", vendor, won, "", bound=f"exactly {SLOTS}", holds=won == SLOTS
    )
    yield Figure("… answered by an error page", vendor, others, "", bound="none", holds=others == 0)
    yield Figure("a move by HTTP, one client, median", vendor, alone.p50, "ms")
    yield Figure("… at once, median", vendor, found.p50, "ms", ratio=found.p50 / alone.p50)
    yield Figure(
        "… at once, the longest wait", vendor, slowest, "s", ratio=1000 * slowest / alone.p50,
        bound=f"at most {LONGEST:.0f} s", holds=slowest <= LONGEST,
    )  # fmt: skip


def _press(visit: Visit, surgery: Surgery, number: int) -> bytes:
    """The last press of the move page, as its review page sends it."""
    when = f"{surgery.starts[number].isoformat()}{BETWEEN}{surgery.practitioner_id}"
    body = urlencode(
        {"csrfmiddlewaretoken": CSRF, "time": when, "confirm": "0", "key": uuid.uuid4().hex, "reason": "", "note": ""}
    )
    cookies = cookies_for(visit.user_id)
    return request("POST", f"/appointments/{visit.reference}/move/", cookies=cookies, body=body)
