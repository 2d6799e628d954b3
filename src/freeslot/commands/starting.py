"""What commands need before they can begin, and the one sentence they say when it is not there."""

import os
import socket
import sys
from pathlib import Path

PORTS = range(1, 65536)


class CannotStart(Exception):
    """The sentence says what is missing and what to do about it."""


def say(words: str) -> None:
    """Writes one line to standard output at once, so that whoever waits for it sees it."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def set_up() -> None:
    """Reads the settings and loads the apps. Raises ImproperlyConfigured for a bad or missing setting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeslot.config.settings")
    import django

    django.setup()


def need_data_folder() -> Path:
    """The data folder, made where it does not exist. Raises CannotStart where it cannot be written."""
    from django.conf import settings

    folder: Path = settings.DATA
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(f"FREESLOT_DATA: the folder {folder} cannot be written ({error.strerror}).") from error
    return folder


def need_database() -> None:
    """Raises CannotStart when the database cannot be reached."""
    from django.db import DatabaseError, connection

    if connection.vendor == "sqlite":
        need_data_folder()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, OSError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise CannotStart(f"The database cannot be reached: {reason}") from error


def need_migrations() -> None:
    """Raises CannotStart when the database cannot be reached or is not up to date."""
    from django.db import DatabaseError

    from freeslot.config.health import is_migrated

    need_database()
    try:
        up_to_date = is_migrated()
    except DatabaseError as error:
        raise CannotStart(f"The database cannot be read: {str(error).splitlines()[0]}") from error
    if not up_to_date:
        raise CannotStart("The database is not up to date. Run `freeslot migrate` first.")


def need_port(host: str, port: int) -> None:
    """Raises CannotStart when nothing can listen there, or somebody listens already."""
    if port not in PORTS:
        raise CannotStart(f"--port takes a number from {PORTS[0]} to {PORTS[-1]}, not {port}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = error.strerror or error
        raise CannotStart(f"Port {port} of {host} cannot be used: {reason}. Choose another with --port.") from error
