"""Turns for what is first counted and then written: whoever names the same thing waits until the transaction ends."""

import hashlib

from django.db import connection


def take_turns(name: str) -> None:
    """Inside a transaction. SQLite has one writer at a time, so there is nothing to wait for."""
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
