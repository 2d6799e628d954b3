"""Starts the real `freeslot` command as a user would, with settings and a data folder of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tooling.sandbox import settings_for

PATIENCE = 90


def environment(data: Path, **more: str) -> dict[str, str]:
    """A deployment on SQLite in `data`, whatever database the tests themselves are on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FREESLOT_", "DATABASE_"))}
    return kept | settings_for(data) | more


def url_of_test_database() -> str:
    """The address of the PostgreSQL database that the tests are on."""
    from django.db import connection

    found = connection.settings_dict
    user = f"{found['USER']}:{found['PASSWORD']}@" if found["USER"] else ""
    return f"postgres://{user}{found['HOST'] or 'localhost'}:{found['PORT'] or 5432}/{found['NAME']}"


def freeslot(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "freeslot.cli", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)


@contextmanager
def running(*arguments: str, env: dict[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """The command in the background, in a session of its own, killed as a whole whatever the test does."""
    with log.open("wb") as output:
        command = [sys.executable, "-m", "freeslot.cli", *arguments]
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output, start_new_session=True)
    try:
        yield process
    finally:
        for each in session_of(process.pid):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def ask(port: int, path: str, *, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body=body, headers={"Host": "localhost"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_until(holds, *, log: Path, seconds: float = PATIENCE) -> None:
    """Waits for `holds()`; a connection that is refused means not yet."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if holds():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"it did not come within {seconds} s:\n{log.read_text(encoding='utf-8', errors='replace')}")


def session_of(pid: int) -> set[int]:
    """The processes of a session that are still there."""
    found = set()
    for each in Path("/proc").iterdir():
        if each.name.isdigit() and _session(each) == pid:
            found.add(int(each.name))
    return found


def _session(process: Path) -> int | None:
    try:
        state, _, _, session = (process / "stat").read_text().rsplit(")", 1)[1].split()[:4]
    except OSError:
        return None
    return None if state == "Z" else int(session)
