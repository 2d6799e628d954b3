"""Writes the whole database into one file while everything runs on: visits, proofs and the (encrypted) signing keys.

Keep FREESLOT_KEY_ENCRYPTION_KEY apart and safe: without it no receipt can be signed from the backup.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from freeslot.commands.starting import CannotStart, need_migrations, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write; it must not exist yet")


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    from django.db import connection

    if arguments.file.exists():
        raise CannotStart(f"{arguments.file} exists already; a backup never overwrites one.")
    scratch = arguments.file.with_name(f".{arguments.file.name}.part")
    try:
        os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        if connection.vendor == "sqlite":
            _copy_sqlite(Path(str(connection.settings_dict["NAME"])), scratch)
        else:
            _dump_postgresql(scratch)
        scratch.rename(arguments.file)
    except OSError as error:
        raise CannotStart(f"{arguments.file} cannot be written ({error.strerror}).") from error
    finally:
        scratch.unlink(missing_ok=True)
    say(f"The backup is in {arguments.file}.")
    return 0


def _copy_sqlite(live: Path, file: Path) -> None:
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _dump_postgresql(file: Path) -> None:
    run_postgresql("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", database="--dbname")


def run_postgresql(program: str, *arguments: str, database: str) -> None:
    """Runs one of PostgreSQL's own programs on the configured database; the password goes by its environment."""
    from django.db import connection

    found = shutil.which(program)
    if found is None:
        raise CannotStart(f"{program} is not installed; it comes with PostgreSQL's client programs.")
    settings = connection.settings_dict
    environment = dict(os.environ)
    for name, key in (("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD")):
        if settings[key]:
            environment[name] = str(settings[key])
    command = [found, *arguments, f"{database}={settings['NAME']}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotStart(f"{program} did not succeed: {reason}")
