"""The worker in the web process: it goes on after a failure and ends when the process does."""

import threading

import pytest

from freeslot.commands import worker_inside


@pytest.fixture
def endings(monkeypatch):
    """What the process would do at its end."""
    registered = []
    monkeypatch.setattr(worker_inside.atexit, "register", lambda *call: registered.append(call))
    return registered


def test_it_works_until_the_process_ends(monkeypatch, endings):
    began, ended = threading.Event(), threading.Event()

    def work(stop):
        began.set()
        stop.wait(10)
        ended.set()

    monkeypatch.setattr(worker_inside, "run_worker", work)

    worker_inside.start_worker()
    assert began.wait(5)
    [(end, *arguments)] = endings
    end(*arguments)

    assert ended.is_set()


def test_it_is_started_again_after_a_failure(monkeypatch, endings, caplog):
    monkeypatch.setattr(worker_inside, "PAUSE_BEFORE_RESTART", 0.01)
    again = threading.Event()
    calls = []

    def work(stop):
        calls.append(stop)
        if len(calls) == 1:
            raise RuntimeError("the disk is full")
        again.set()
        stop.wait(10)

    monkeypatch.setattr(worker_inside, "run_worker", work)

    worker_inside.start_worker()
    assert again.wait(5)
    [(end, *arguments)] = endings
    end(*arguments)

    assert "The worker failed and is started again." in caplog.text
