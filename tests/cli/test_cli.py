"""Whatever a command meets, its user reads one line."""

import signal

import pytest
from django.db import OperationalError

from freeslot.cli import main
from freeslot.commands import demo, docs
from tests.cli.process import environment, running, url_of_test_database


@pytest.fixture
def fail_with(monkeypatch):
    def fail_with(error):
        def run(_arguments):
            raise error

        monkeypatch.setattr(docs, "run", run)
        return main(["docs"])

    return fail_with


def test_a_database_that_fails_midway_is_one_line(fail_with, capsys):
    assert fail_with(OperationalError("database or disk\nis full")) == 2
    assert capsys.readouterr().err == "freeslot: The database failed: database or disk is full\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), BrokenPipeError()], ids=repr)
def test_an_interrupted_command_says_nothing(fail_with, capsys, error):
    assert fail_with(error) == 130
    assert capsys.readouterr() == ("", "")


def test_a_demo_that_never_becomes_ready_gives_up(monkeypatch, capsys):
    killed = []
    monkeypatch.setattr(demo, "SECONDS_TO_BEGIN", 0.3)
    monkeypatch.setattr(demo.os, "kill", lambda _pid, number: killed.append(number))
    announcer = demo.Announcer("127.0.0.1", 9)

    announcer.run()

    assert announcer.gave_up
    assert killed == [signal.SIGTERM]
    assert capsys.readouterr().err == "freeslot: The demo did not become ready within 0.3 seconds.\n"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_alone_beats_and_stops_cleanly(tmp_path, number):
    import time

    from freeslot.events.models import Heartbeat

    env = environment(tmp_path, DATABASE_URL=url_of_test_database())
    with running("worker", env=env, log=tmp_path / "log") as process:
        ends = time.monotonic() + 60
        while not Heartbeat.objects.exists() and time.monotonic() < ends:
            time.sleep(0.1)
        process.send_signal(number)

        assert process.wait(10) == 0
    assert (tmp_path / "log").read_text(encoding="utf-8") == ""
    assert Heartbeat.objects.exists()
