"""A cancel as a full HTTP request and the page before it, at 1 and 16 clients, beside as many bare SQL clients."""

import concurrent.futures
import multiprocessing
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from bench.cancel import cancel_once
from bench.figures import Figure
from bench.floor import copied_statements, floor_cancel
from bench.load import Load, request, send
from bench.server import CSRF, cookies_for, running_server
from bench.world import Visit, make_world, set_up

CLIENTS, EACH, ALONE = 16, 1600, 200
LEAST_SHARE = 1 / 12


def run() -> Iterator[Figure]:
    world = make_world(2 * EACH + 4 * ALONE + 65)
    visits = list(world.visits)
    cancel_once(visits[0], datetime.now(UTC))
    sample = copied_statements(visits[0].reference)
    del visits[0]
    take = iter(visits)

    def some(count: int) -> list[Visit]:
        return [next(take) for _ in range(count)]

    bare_alone = _bare(sample, some(ALONE), clients=1)
    bare_many = _bare(sample, some(EACH), clients=CLIENTS)
    processes = 2 if connection.vendor == "postgresql" else 1
    warm, single, looked_at, crowd = (_signed_in(some(count)) for count in (64, ALONE, ALONE, EACH))
    connection.close()
    with running_server(processes=processes) as port:
        send(port, _cancels(warm), clients=4)
        alone = send(port, _cancels(single), clients=1)
        pages = send(port, _pages(looked_at) * 4, clients=CLIENTS)
        many = send(port, _cancels(crowd), clients=CLIENTS)
    yield from _figures("cancel by HTTP, one client", alone, bare_alone)
    yield from _figures(f"cancel by HTTP, {CLIENTS} clients", many, bare_many, bound=connection.vendor == "postgresql")
    yield Figure(f"cancel page by HTTP, {CLIENTS} clients", connection.vendor, pages.rate, "/s")
    yield Figure("cancel page by HTTP, median wait", connection.vendor, pages.p50, "ms")
    assert set(many.statuses) == set(alone.statuses) == {303}, (many.statuses, alone.statuses)
    assert set(pages.statuses) == {200}, pages.statuses


def _figures(name: str, load: Load, bare: float, *, bound: bool = False) -> Iterator[Figure]:
    yield Figure(f"{name}: bare SQL, as many clients", connection.vendor, bare, "/s")
    yield Figure(
        name, connection.vendor, load.rate, "/s", ratio=load.rate / bare,
        bound="at least 1/12 of the floor" if bound else "", holds=load.rate / bare >= LEAST_SHARE if bound else None,
    )  # fmt: skip
    yield Figure(f"{name}: slowest twentieth", connection.vendor, load.p95, "ms")


def _signed_in(visits: Sequence[Visit]) -> list[tuple[Visit, str]]:
    return [(visit, cookies_for(visit.user_id)) for visit in visits]


def _cancels(visits: Sequence[tuple[Visit, str]]) -> list[bytes]:
    made = []
    for visit, cookies in visits:
        body = urlencode(
            {"csrfmiddlewaretoken": CSRF, "confirm": "0", "key": uuid.uuid4().hex, "reason": "", "note": ""}
        )
        made.append(request("POST", f"/appointments/{visit.reference}/cancellation/", cookies=cookies, body=body))
    return made


def _pages(visits: Sequence[tuple[Visit, str]]) -> list[bytes]:
    return [
        request("GET", f"/appointments/{visit.reference}/cancellation/", cookies=cookies) for visit, cookies in visits
    ]


def _bare(sample: list[tuple[str, list[Any]]], visits: list[Visit], *, clients: int) -> float:
    """Bare cancels a second by that many clients, spread over two processes as the web server is."""
    processes = 2 if clients > 1 and connection.vendor == "postgresql" else 1
    shares = [visits[index::processes] for index in range(processes)]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, mp_context=context, initializer=set_up) as pool:
        list(pool.map(_nothing, range(processes * 4)))
        futures = [pool.submit(_bare_process, sample, share, clients // processes) for share in shares]
        return sum(future.result() for future in futures)


def _nothing(_index: int) -> None:
    time.sleep(0.05)


def _bare_process(sample: list[tuple[str, list[Any]]], visits: list[Visit], clients: int) -> float:
    guard, left = threading.Lock(), iter(visits)

    def work() -> None:
        connection.ensure_connection()
        run = floor_cancel(sample)
        while True:
            with guard:
                visit = next(left, None)
            if visit is None:
                break
            run(visit.id, visit.reference)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(visits) / (time.perf_counter() - started)
