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
from bench.world import make_world
from freeslot.accounts.models import User

MOST_STATEMENTS, MOST_BYTES, MOST_REQUESTS = 6, 30_000, 3
TIMES = 120


def run() -> Iterator[Figure]:
    world = make_world(TIMES + 20)
    client = Client()
    for name, value in (pair.split("=", 1) for pair in cookies_for(User.objects.get(pk=world.user_id)).split("; ")):
        client.cookies[name] = value
    addresses = [f"/appointments/{reference}/cancellation/" for _, reference in world.visits]
    for address in addresses[:20]:
        client.get(address)
    with CaptureQueriesContext(connection) as captured:
        html = client.get(addresses[0]).content
    text = html.decode()
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', text)
    assert styles, "the page has no stylesheet"
    css = sum(len(client.get(address).getvalue()) for address in styles)
    yield _count("cancel page, SQL statements", len(captured), MOST_STATEMENTS)
    yield _count("cancel page with its CSS, bytes", len(html) + css, MOST_BYTES)
    yield _count("cancel page, requests", 1 + len(styles) + len(scripts), MOST_REQUESTS)
    waits = []
    for address in addresses[20:]:
        started = time.perf_counter()
        client.get(address)
        waits.append(time.perf_counter() - started)
    yield Figure("cancel page inside the application, median", connection.vendor, 1000 * statistics.median(waits), "ms")


def _count(name: str, value: int, most: int) -> Figure:
    return Figure(name, connection.vendor, value, "", bound=f"at most {most}", holds=value <= most)
