"""`freeslot demo` from an empty folder to the last process, as somebody would run it who knows nothing of it."""

import json
import os
import signal
import socket
from pathlib import Path

import pytest

from tests.cli.process import ask, free_port, freeslot, running, session_of, wait_until

pytestmark = pytest.mark.sqlite


@pytest.fixture
def empty_home(tmp_path):
    """No settings at all, and a home with nothing in it."""
    (tmp_path / "home").mkdir()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("FREESLOT_", "DATABASE_", "DJANGO_"))
    }
    return kept | {"HOME": str(tmp_path / "home"), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}


@pytest.mark.parametrize(
    ("arguments", "more", "words"),
    [
        (["--host=0.0.0.0"], {}, "it does not listen on 0.0.0.0"),
        (["--host=visits.example"], {}, "it does not listen on visits.example"),
        ([], {"FREESLOT_BASE_URL": "https://visits.example"}, "FREESLOT_BASE_URL is https://visits.example"),
    ],
)
def test_it_refuses_to_be_public(empty_home, tmp_path, arguments, more, words):
    done = freeslot("demo", f"--data={tmp_path / 'demo'}", *arguments, env=empty_home | more)

    assert done.returncode == 2
    assert done.stderr.startswith("freeslot: The demo shows passwords and is for this machine alone: ")
    assert words in done.stderr
    assert not (tmp_path / "demo").exists()


def test_a_port_in_use_is_said_in_one_line(empty_home, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = freeslot("demo", f"--port={port}", f"--data={tmp_path / 'demo'}", env=empty_home)

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"freeslot: Port {port} of 127.0.0.1 cannot be used: Address already in use. Choose another with --port."
    ]


def references(port):
    facts = json.loads(ask(port, "/demo/world.json")[1])
    return {visit["ref"] for patient in facts["patients"] for visit in patient["visits"]}


@pytest.mark.long
def test_a_whole_life_of_the_demo(empty_home, tmp_path):
    log, port, data = tmp_path / "log", free_port(), tmp_path / "demo"
    command = ("demo", f"--port={port}", f"--data={data}")
    ready = f"Freeslot is ready: http://localhost:{port}/"

    def said():
        return log.read_text(encoding="utf-8")

    with running(*command, env=empty_home, log=log) as process:
        wait_until(lambda: ready in said(), log=log)
        first = references(port)
        messages = json.loads(ask(port, "/demo/outbox.json")[1])
        mails = [message for message in messages if message["channel"] == "email"]
        texts = [message for message in messages if message["channel"] == "sms"]
        assert len(mails) == len(texts) == 20
        assert all(text["text"].startswith(("Riverside", "Harbor", "Northside", "Lakeview")) for text in texts)
        assert all(mail["subject"] and mail["html"] and mail["links"] and mail["attachments"] for mail in mails)
        assert "maria (maria-demo)" in said()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert session_of(process.pid) == set()
        assert "rror" not in said()

    with running(*command, env=empty_home, log=log) as process:
        wait_until(lambda: ready in said(), log=log)
        assert references(port) == first
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_until(lambda: session_of(process.pid) == set(), log=log, seconds=15)

    with running(*command, "--fresh", env=empty_home, log=log) as process:
        wait_until(lambda: ready in said(), log=log)
        assert len(references(port)) == len(first)
        assert references(port).isdisjoint(first)
        os.killpg(process.pid, signal.SIGINT)  # as Ctrl-C does
        assert process.wait(20) == 0
        assert session_of(process.pid) == set()
        assert "rror" not in said()
