"""Serves the pages. On SQLite one process does everything; on PostgreSQL a worker process runs beside."""

import argparse

from django.core.exceptions import ImproperlyConfigured

from freeslot.commands.starting import CannotStart, need_migrations, need_port, say, set_up
from freeslot.config.environment import is_loopback

# In a process one thread computes at a time; more of them take the turn from each other, and every page takes longer.
# A second serves while the only process waits for its database.
THREADS_ALONE, THREADS_EACH = 2, 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")
    parser.add_argument(
        "--processes", type=_at_least_one, default=1, help="web processes; more than one needs PostgreSQL"
    )
    parser.add_argument("--threads", type=_at_least_one, help="threads of each (default: 1; 2 of a single process)")
    parser.add_argument("--no-worker", dest="worker", action="store_false", help="leave the worker out")
    parser.add_argument("--quiet", action="store_true", help="do not say where it listens")


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a whole number of at least 1")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    need_pages()
    need_privacy(arguments.host)
    need_port(arguments.host, arguments.port)
    from django.db import connections

    on_sqlite = connections["default"].vendor == "sqlite"
    if on_sqlite and arguments.processes > 1:
        raise CannotStart("On SQLite there is exactly one web process; leave --processes out, or set DATABASE_URL.")
    connections.close_all()
    from freeslot.commands.serving import Serving, serve

    if not arguments.quiet:
        say(f"Freeslot listens on http://{_bracketed(arguments.host)}:{arguments.port}/")
    serve(
        Serving(
            host=arguments.host,
            port=arguments.port,
            processes=arguments.processes,
            threads=arguments.threads or (THREADS_EACH if arguments.processes > 1 else THREADS_ALONE),
            worker_inside=arguments.worker and on_sqlite,
            worker_beside=arguments.worker and not on_sqlite,
        )
    )
    return 0


def need_pages() -> None:
    """Raises ImproperlyConfigured now rather than on the first request."""
    from freeslot.config.preload import load_views

    try:
        load_views()
    except ImportError as error:
        raise ImproperlyConfigured(f"The pages cannot be loaded: {error}") from error


def need_privacy(host: str) -> None:
    """Raises CannotStart when the demo, which shows passwords, would listen where others can reach it."""
    from django.conf import settings

    if settings.DEMO and not is_loopback(host):
        raise CannotStart(f"The demo shows passwords and is for this machine alone: it does not listen on {host}.")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
