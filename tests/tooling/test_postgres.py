"""The throw-away PostgreSQL: found, started for oneself alone, and gone afterwards, however the run ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tooling import postgres

ROOT = Path(__file__).parent.parent.parent
STARTED_AND_WAITING = """
import time
from tooling.postgres import database_url
with database_url() as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _no_server_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FREESLOT_TEST_DATABASE_URL", raising=False)


def test_a_given_address_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FREESLOT_TEST_DATABASE_URL", "postgres://somebody@db.example/tests")

    with postgres.database_url() as url:
        assert url == "postgres://somebody@db.example/tests"


def test_the_server_answers_only_to_its_password_and_is_gone_afterwards():
    with postgres.database_url() as url:
        address = url.removesuffix("/freeslot") + "/postgres"
        with psycopg.connect(address) as connection:
            version = connection.info.server_version
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(address.replace("@", "x@"))

    assert version >= 15_00_00
    assert not _answers(url)


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_whoever_started_it(how: signal.Signals):
    with subprocess.Popen([sys.executable, "-c", STARTED_AND_WAITING], cwd=ROOT, stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        url = starter.stdout.readline().decode().strip()
        assert _answers(url)
        starter.send_signal(how)
        starter.wait()

    deadline = time.monotonic() + 30
    while _answers(url) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _answers(url)


def test_the_newest_of_debians_versions_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for version, program in (("9", "initdb"), ("15", "initdb"), ("17", "psql")):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / program).touch()
    monkeypatch.setattr(postgres, "DEBIAN_VERSIONS", tmp_path)

    assert postgres.find_programs().folder == tmp_path / "15" / "bin"


def test_an_ordinary_user_without_debians_programs_takes_the_packaged_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(postgres, "DEBIAN_VERSIONS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    programs = postgres.find_programs()

    assert programs.user is None
    assert subprocess.run([programs.folder / "postgres", "--version"], capture_output=True).stdout.startswith(
        b"postgres"
    )


def _answers(url: str) -> bool:
    port = urlsplit(url).port
    assert port
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False
