"""The cancel page: how many SQL statements, bytes and requests, and how long inside the application."""

import re
import statistics
import time
from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.figures import Figure
from bench.server import cookies_for
from bench.world import Visit, make_world

MOST_STATEMENTS, MOST_BYTES, MOST_REQUESTS = 6, 30_000, 3
TIMES = 120


def run() -> Iterator[Figure]:
    world = make_world(TIMES + 20)
    client = Client()
    for visit in world.visits[:20]:
        _load(client, visit)
    with CaptureQueriesContext(connection) as captured:
        html = _load(client, world.visits[0])[0]
    read = [each for each in captured if each["sql"].startswith("SELECT")]
    text = html.decode()
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', text)
    assert styles, "the page has no stylesheet"
    css = sum(len(client.get(address).getvalue()) for address in styles)
    yield _count("cancel page, SQL statements", len(read), MOST_STATEMENTS)
    yield _count("cancel page with its CSS, bytes", len(html) + css, MOST_BYTES)
    yield _count("cancel page, requests", 1 + len(styles) + len(scripts), MOST_REQUESTS)
    waits = [_load(client, visit)[1] for visit in world.visits[20:]]
    yield Figure("cancel page inside the application, median", connection.vendor, 1000 * statistics.median(waits), "ms")


def _load(client: Client, visit: Visit) -> tuple[bytes, float]:
    """The page as its patient sees it, and the seconds it took."""
    for name, value in (pair.split("=", 1) for pair in cookies_for(visit.user_id).split("; ")):
        client.cookies[name] = value
    started = time.perf_counter()
    response = client.get(f"/appointments/{visit.reference}/cancellation/")
    took = time.perf_counter() - started
    assert response.status_code == 200
    return response.content, took


def _count(name: str, value: int, most: int) -> Figure:
    return Figure(name, connection.vendor, value, "", bound=f"at most {most}", holds=value <= most)
