"""The writers' queue of SQLite: in the order of arrival, and handed on whatever becomes of the one who had it."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from freeslot.config.sqlite.base import FairLock, lock_for
from freeslot.events.models import Heartbeat
from tests.events.cast import NOW


def is_free(lock: FairLock) -> bool:
    if lock.acquire(0):
        lock.release()
        return True
    return False


def wait_until_queued(lock: FairLock, count: int) -> None:
    end = time.monotonic() + 30
    while len(lock._waiting) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_the_lock_is_handed_on_in_the_order_it_was_asked_for():
    lock, order = FairLock(), []
    lock.acquire(1)

    def wait(number: int) -> None:
        assert lock.acquire(10)
        order.append(number)
        lock.release()

    with ThreadPoolExecutor(16) as pool:
        for number in range(16):
            pool.submit(wait, number)
            wait_until_queued(lock, number + 1)
        lock.release()
    assert order == list(range(16))
    assert is_free(lock)


def test_who_runs_out_of_patience_leaves_the_queue():
    lock = FairLock()
    lock.acquire(1)
    assert lock.acquire(0.01) is False
    assert not lock._waiting
    lock.release()
    assert is_free(lock)


def test_who_gets_the_lock_as_the_patience_ends_has_it(monkeypatch):
    lock = FairLock()
    lock.acquire(1)

    class Late:
        """A ticket that is handed over just after its owner stopped waiting."""

        def __init__(self) -> None:
            self.was_taken = False

        def acquire(self, timeout: float | None = None) -> bool:
            if timeout is not None:
                lock.release()
                return False
            return True

        def release(self) -> None:
            self.was_taken = True

    with monkeypatch.context() as patch:
        patch.setattr(threading, "Lock", Late)
        assert lock.acquire(0.01) is True
    assert not is_free(lock)


@pytest.fixture
def lock(transactional_db) -> FairLock:
    return lock_for(str(connection.settings_dict["NAME"]))


@pytest.mark.sqlite
def test_a_transaction_has_the_lock_from_its_begin_to_its_end(lock: FairLock):
    with transaction.atomic():
        assert not is_free(lock)
        with transaction.atomic():
            Heartbeat.objects.create(at=NOW)
        assert not is_free(lock)
    assert is_free(lock)


@pytest.mark.sqlite
def test_an_error_hands_the_lock_on(lock: FairLock):
    with pytest.raises(LookupError), transaction.atomic():
        raise LookupError
    assert is_free(lock)


@pytest.mark.sqlite
def test_a_commit_that_fails_hands_the_lock_on_and_leaves_nothing(lock: FairLock):
    wrapper = connections["default"]
    wrapper.ensure_connection()
    real = wrapper.connection

    class Failing:
        def commit(self) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    def write() -> None:
        with transaction.atomic():
            Heartbeat.objects.create(at=NOW)
            wrapper.connection = Failing()

    try:
        with pytest.raises(OperationalError, match="disk"):
            write()
    finally:
        wrapper.connection = real
    assert is_free(lock)
    assert not Heartbeat.objects.exists()


@pytest.mark.sqlite
def test_a_connection_that_is_closed_hands_the_lock_on(lock: FairLock):
    def leave_half_done() -> None:
        transaction.atomic().__enter__()
        Heartbeat.objects.create(at=NOW)
        assert not is_free(lock)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(leave_half_done).result()
    assert is_free(lock)
    assert not Heartbeat.objects.exists()


@pytest.mark.sqlite
def test_a_database_locked_by_another_process_is_said_so_and_the_queue_goes_on(lock: FairLock):
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 10")
        try:
            with pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
                pass
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 20000")
            other.execute("ROLLBACK")
    assert is_free(lock)
    with transaction.atomic():
        Heartbeat.objects.create(at=NOW)


@pytest.mark.sqlite
def test_who_waits_too_long_in_the_queue_hears_that_the_database_is_locked(lock: FairLock, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.01)
    lock.acquire(1)
    try:
        with pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
            pass
    finally:
        lock.release()
    with transaction.atomic():
        pass
    assert is_free(lock)


@pytest.mark.sqlite
def test_the_file_is_written_durably_and_read_while_written(transactional_db):
    with connection.cursor() as cursor:
        pragmas = {}
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            pragmas[name] = cursor.fetchone()[0]
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    # A reader that becomes a writer halfway would be refused when another process wrote in between.
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.sqlite
@pytest.mark.race
def test_sixteen_writers_are_served_in_turn(transactional_db):
    """Nobody writes a second time before those who waited."""
    begun = threading.Barrier(16)
    order: list[int] = []
    turns: list[int] = []

    def write(number: int) -> None:
        try:
            connection.ensure_connection()
            begun.wait(30)
            for _ in range(12):
                before = len(order)
                with transaction.atomic():
                    turns.append(len(order) - before)
                    order.append(number)
                    Heartbeat.objects.create(at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(16)))
    assert Heartbeat.objects.count() == 16 * 12
    rounds = [order[start : start + 16] for start in range(32, len(order) - 32, 16)]
    # The system's scheduler may let one in a bit early; it lets nobody in twice as often as another.
    assert min(len(set(each)) for each in rounds) >= 12
    # In turns and not in seconds: a disk that stands still makes everybody wait, and nobody longer than the others.
    assert sorted(turns)[int(len(turns) * 0.99)] <= 2 * 16
