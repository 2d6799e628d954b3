"""Waking the worker: only after a commit, in this process at once, on PostgreSQL in others too."""

import threading
import time
from unittest.mock import Mock

import pytest
from django.db import OperationalError, connection, transaction

from freeslot.events import wake, worker
from freeslot.events.wake import CHANNEL, wait_for_work, wake_after_commit, wake_here


@pytest.fixture(autouse=True)
def _asleep(monkeypatch):
    monkeypatch.setattr(wake, "_woken", threading.Event())


def test_a_call_is_heard_once_even_if_it_came_before_the_wait():
    assert wait_for_work(0.01) is False
    wake_here()
    wake_here()
    assert wait_for_work(0.01) is True
    assert wait_for_work(0.01) is False


def test_a_sleeping_worker_is_woken_at_once():
    threading.Timer(0.05, wake_here).start()
    begun = time.monotonic()
    assert wait_for_work(10) is True
    assert time.monotonic() - begun < 5


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_before_the_commit_or_after_a_rollback():
    with transaction.atomic():
        wake_after_commit()
        assert wait_for_work(0.01) is False
    assert wait_for_work(0.01) is True
    with transaction.atomic():
        wake_after_commit()
        transaction.set_rollback(True)
    assert wait_for_work(0.01) is False


class Brief(threading.Event):
    """The announcer's patience, short enough for a test: its thread ends and closes its connection."""

    def wait(self, timeout: float | None = None) -> bool:  # noqa: ARG002  it is never waited for that long
        return super().wait(0.3)


@pytest.fixture
def _announcing(monkeypatch):
    monkeypatch.setattr(wake, "_to_announce", Brief())
    monkeypatch.setattr(wake, "_announcers", [])
    yield
    for thread in wake._announcers:
        thread.join(30)
        assert not thread.is_alive()


def test_a_call_that_cannot_be_sent_is_noted_and_the_connection_given_up(monkeypatch, caplog):
    broken = Mock()
    broken.cursor.side_effect = OperationalError("with what somebody typed")
    monkeypatch.setattr(wake, "connection", broken)
    monkeypatch.setattr(wake, "_to_announce", Brief())
    wake._to_announce.set()
    wake._announce()
    assert broken.close.call_count == 2
    assert "could not be notified: OperationalError" in caplog.text
    assert "typed" not in caplog.text


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_announcing")
def test_other_processes_hear_of_a_commit():
    listener = connection.copy()
    try:
        listener.ensure_connection()
        listener.connection.execute(f"LISTEN {CHANNEL}")
        for _ in range(2):
            with transaction.atomic():
                wake_after_commit()
            heard = list(listener.connection.notifies(timeout=30, stop_after=1))
            assert [each.channel for each in heard] == [CHANNEL]
    finally:
        listener.close()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_worker_hears_of_another_processes_commit_and_stops_listening_when_told():
    stop = threading.Event()
    thread = worker._start_listener(stop)
    try:
        _notify_until_heard()
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_worker_listens_again_after_its_connection_was_lost(caplog):
    stop = threading.Event()
    thread = worker._start_listener(stop)
    try:
        _notify_until_heard()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
            )
        _notify_until_heard()
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    assert "was lost" in caplog.text


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_in_one_process_nobody_has_to_be_notified(monkeypatch):
    monkeypatch.setattr(wake, "_start_announcer", lambda: pytest.fail("there is no other process"))
    with transaction.atomic():
        wake_after_commit()
    assert wait_for_work(0.01) is True
    assert worker._start_listener(threading.Event()) is None


def _notify_until_heard() -> None:
    """The listener may not be listening yet when the first call goes out."""
    end = time.monotonic() + 30
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
        if wait_for_work(0.2):
            return
        assert time.monotonic() < end
