"""`freeslot serve` answers, keeps its worker going, and leaves nothing behind however it ends."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.process import ask, environment, free_port, running, session_of, url_of_test_database, wait_until


@pytest.fixture
def log(tmp_path):
    return tmp_path / "serve.log"


def is_ready(port):
    return ask(port, "/readyz")[0] == 200


@pytest.mark.sqlite
def test_it_answers_and_stops_cleanly(deployment, log):
    port = free_port()
    with running("serve", "--port", str(port), env=deployment, log=log) as process:
        wait_until(lambda: is_ready(port), log=log)

        assert ask(port, "/healthz") == (200, b"alive\n")
        assert json.loads(ask(port, "/readyz")[1]) == {"database": "ok", "migrations": "ok", "worker": "ok"}
        assert b'freeslot_waiting{queue="events.event"} 0\n' in ask(port, "/metrics")[1]
        assert ask(port, "/demo/world.json")[0] == 404
        too_much, page = ask(port, "/receipts/verify/", method="POST", body=b"x" * (2 * 1024 * 1024 + 1))
        assert (too_much, b"<h1>What was sent is too large</h1>" in page) == (413, True)

        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert session_of(process.pid) == set()
    assert log.read_text(encoding="utf-8") == f"Freeslot listens on http://127.0.0.1:{port}/\n"


@pytest.mark.sqlite
@pytest.mark.long
def test_a_killed_server_leaves_no_orphans(deployment, log):
    port = free_port()
    with running("serve", "--port", str(port), env=deployment, log=log) as process:
        wait_until(lambda: is_ready(port), log=log)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        wait_until(lambda: session_of(process.pid) == set(), log=log, seconds=15)


@pytest.mark.sqlite
@pytest.mark.long
def test_a_killed_web_process_is_replaced(deployment, log):
    port = free_port()
    with running("serve", "--port", str(port), env=deployment, log=log) as process:
        wait_until(lambda: is_ready(port), log=log)
        for child in session_of(process.pid) - {process.pid}:
            if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(child, signal.SIGKILL)

        wait_until(lambda: is_ready(port), log=log, seconds=30)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_a_worker_runs_beside(tmp_path, log):
    port = free_port()
    env = environment(tmp_path, DATABASE_URL=url_of_test_database())
    with running("serve", "--port", str(port), "--processes", "2", env=env, log=log) as process:
        wait_until(lambda: is_ready(port), log=log)

        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert session_of(process.pid) == set()
