"""The worker: each job at its turn, no job in another's way, and a clean stop."""

import threading
import time
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest

from freeslot.events import worker
from freeslot.events.models import Heartbeat
from freeslot.events.wake import wait_for_work, wake_here
from freeslot.events.worker import Job, beat, jobs, run_jobs, run_worker
from tests.events.cast import NOW, SECOND


class Work:
    def __init__(self, *, does: int = 0, fails: bool = False, tires_after: int = 10) -> None:
        self.does, self.fails, self.tires_after = does, fails, tires_after
        self.at: list[datetime] = []

    def __call__(self, *, now: datetime) -> int:
        self.at.append(now)
        if self.fails:
            raise LookupError("Maria")
        return self.does if len(self.at) < self.tires_after else 0


def test_a_job_runs_at_its_turn():
    often, rarely = Work(does=2), Work(does=3)
    todo = [Job(often, SECOND), Job(rarely, timedelta(hours=1))]
    assert [run_jobs(todo, now=NOW + offset * SECOND) for offset in (0, 0.5, 1, 3600)] == [5, 0, 2, 5]
    assert (len(often.at), len(rarely.at)) == (3, 2)


def test_a_job_without_a_pause_runs_every_time():
    work = Work(does=1)
    todo = [Job(work, timedelta())]
    assert [run_jobs(todo, now=NOW) for _ in range(3)] == [1, 1, 1]


def test_a_failing_job_is_logged_and_tried_at_its_next_turn_and_the_others_go_on(caplog, monkeypatch):
    connection = Mock()
    monkeypatch.setattr(worker, "connection", connection)
    broken, fine = Work(fails=True), Work(does=1)
    todo = [Job(broken, SECOND), Job(fine, SECOND)]
    assert run_jobs(todo, now=NOW) == 1
    assert run_jobs(todo, now=NOW + SECOND) == 1
    assert (len(broken.at), len(fine.at)) == (2, 2)
    assert "A job of the worker failed" in caplog.text
    # What failed may have been the connection: the next job gets a new one.
    assert connection.close.call_count == 2


def test_a_clock_that_is_set_back_keeps_no_job_waiting():
    work = Work()
    todo = [Job(work, timedelta(hours=1))]
    for offset in (0, -60, -7200, -7199):
        run_jobs(todo, now=NOW + offset * SECOND)
    assert work.at == [NOW, NOW - timedelta(minutes=1), NOW - timedelta(hours=2)]


def test_the_jobs_are_those_that_the_settings_name(settings):
    settings.FREESLOT_JOBS = [("freeslot.events.worker.beat", 5)]
    assert [(job.run, job.every) for job in jobs()] == [(beat, timedelta(seconds=5))]


@pytest.mark.django_db
def test_the_worker_leaves_one_sign_of_life():
    for now in (NOW, NOW + SECOND):
        assert beat(now=now) == 0
    assert str(Heartbeat.objects.get()) == (NOW + SECOND).isoformat()


@pytest.mark.django_db(transaction=True)
def test_the_worker_works_until_it_is_told_to_stop(monkeypatch):
    stop, work = threading.Event(), Work(does=1, tires_after=3)
    monkeypatch.setattr(worker, "jobs", lambda: [Job(work, timedelta())])
    monkeypatch.setattr(worker, "SWEEP_SECONDS", 30.0)
    wait_for_work(0)  # an earlier test's commit may have called
    thread = threading.Thread(target=run_worker, args=[stop])
    thread.start()
    try:
        _until(lambda: work.at)
        worked = len(work.at)
        wake_here()
        _until(lambda: len(work.at) > worked)
    finally:
        stop.set()
        wake_here()
        thread.join(30)
    assert not thread.is_alive()


def _until(is_so, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        threading.Event().wait(0.01)
