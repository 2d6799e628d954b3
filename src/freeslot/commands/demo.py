"""Makes the demo world and serves it on this machine alone: it shows passwords. Ctrl-C or SIGTERM ends it."""

import argparse
import http.client
import os
import secrets
import signal
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import NoReturn
from urllib.parse import urlsplit

from freeslot.commands.migrate import migrate
from freeslot.commands.starting import CannotStart, need_port, say, set_up
from freeslot.config.environment import is_loopback

SECONDS_TO_BEGIN = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="folder for its data (default: var/demo)")
    parser.add_argument("--fresh", action="store_true", help="begin anew: the folder's earlier demo is deleted")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; only this machine's own is taken")


def run(arguments: argparse.Namespace) -> int:
    refuse_the_public(arguments.host)
    signal.signal(signal.SIGTERM, _interrupt)
    from freeslot.demo.folder import FolderRefused, prepare_folder

    need_port(arguments.host, arguments.port)
    data = arguments.data.absolute()
    try:
        lock = prepare_folder(data, fresh=arguments.fresh)
    except FolderRefused as error:
        raise CannotStart(str(error)) from error
    with lock:
        try:
            return _run(arguments, data)
        except KeyboardInterrupt:
            return 0


def refuse_the_public(host: str) -> None:
    """Raises CannotStart for an address that others could reach."""
    if not is_loopback(host):
        raise CannotStart(f"The demo shows passwords and is for this machine alone: it does not listen on {host}.")
    base = os.environ.get("FREESLOT_BASE_URL", "")
    if base and not is_loopback(urlsplit(base).hostname or ""):
        raise CannotStart(f"The demo shows passwords and is for this machine alone: FREESLOT_BASE_URL is {base}.")


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _run(arguments: argparse.Namespace, data: Path) -> int:
    from freeslot.demo.mail_sink import start_mail_sink
    from freeslot.demo.text_gateway import TextGateway

    with ExitStack() as stack:
        sink = start_mail_sink(data)
        stack.callback(sink.stop)
        gateway = TextGateway(data, token=secrets.token_urlsafe(24))
        gateway.start()
        stack.callback(gateway.stop)
        _configure(data, arguments.port, mail_port=sink.port, texts=gateway.address)
        set_up()
        _make_world()
        announcer = Announcer(arguments.host, arguments.port)
        announcer.start()
        _serve(arguments)
        return 1 if announcer.gave_up else 0


def _serve(arguments: argparse.Namespace) -> None:
    from freeslot.commands.serve import THREADS_ALONE
    from freeslot.commands.serving import Serving, serve

    serve(
        Serving(
            host=arguments.host,
            port=arguments.port,
            processes=1,
            threads=THREADS_ALONE,
            worker_inside=True,
            worker_beside=False,
        )
    )


def _configure(data: Path, port: int, *, mail_port: int, texts: str) -> None:
    """The demo's own settings, and none of a deployment's that happen to be in the environment."""
    from freeslot.demo.folder import secrets_of
    from freeslot.demo.text_gateway import NUMBER

    for name in [name for name in os.environ if name.startswith("FREESLOT_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "freeslot.config.settings"
    os.environ.update(
        secrets_of(data),
        FREESLOT_DEMO="1",
        FREESLOT_DATA=str(data),
        FREESLOT_BASE_URL=f"http://localhost:{port}",
        FREESLOT_ALLOWED_HOSTS="localhost,127.0.0.1,[::1]",
        FREESLOT_EMAIL_URL=f"smtp://127.0.0.1:{mail_port}",
        FREESLOT_SMS_URL=texts,
        FREESLOT_SMS_FROM=NUMBER,
    )


def _make_world() -> None:
    migrate()
    from django.db import connections
    from django.utils import timezone

    from freeslot.demo.world import make_world, world_exists

    if not world_exists():
        make_world(now=timezone.now().replace(microsecond=0))
    connections.close_all()


class Announcer(threading.Thread):
    """Says so once it answers and the first messages are delivered; ends the demo if that never comes."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__(name="freeslot-announcer", daemon=True)
        self._host, self._port = host, port
        self.gave_up = False

    def run(self) -> None:
        ends = time.monotonic() + SECONDS_TO_BEGIN
        while time.monotonic() < ends:
            if answers(self._host, self._port) and _all_is_delivered():
                _welcome(self._port)
                return
            time.sleep(0.2)
        sys.stderr.write(f"freeslot: The demo did not become ready within {SECONDS_TO_BEGIN} seconds.\n")
        self.gave_up = True
        os.kill(os.getpid(), signal.SIGTERM)


def answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _all_is_delivered() -> bool:
    from django.db import connection

    from freeslot.config.health import queues

    waiting = any(model._default_manager.filter(done_at__isnull=True).exists() for model in queues())
    connection.close()
    return not waiting


def _welcome(port: int) -> None:
    from freeslot.demo.people import PEOPLE

    say(f"Freeslot is ready: http://localhost:{port}/")
    say(f"Mail and texts it sent: http://localhost:{port}/demo/outbox/")
    say("Sign in as " + ", ".join(f"{person.username} ({person.password})" for person in PEOPLE) + ".")
    say("Ctrl-C ends it.")
