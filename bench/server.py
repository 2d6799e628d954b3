"""Starts the product as it is served, on a free port, beside the benchmark's own process."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from freeslot.accounts.models import User

CSRF = "c" * 32


@contextlib.contextmanager
def running_server(*, processes: int) -> Iterator[int]:
    """The port it listens on. The worker stays out: its work is measured by itself."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "freeslot.cli", "serve", "--port", str(port), "--processes", str(processes)]
    process = subprocess.Popen([*command, "--no-worker", "--quiet"])
    try:
        _wait_until_it_answers(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz", headers={"Host": "testserver"})
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    sys.exit("The server did not start.")


def cookies_for(user_id: uuid.UUID) -> str:
    """Cookies of someone who is signed in and has loaded a form."""
    user = User(pk=user_id)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={CSRF}"
