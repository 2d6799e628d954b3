"""Puts a backup in place of the database. Stop the web and worker processes first; what is there now is lost."""

import argparse
import sqlite3
from contextlib import closing
from pathlib import Path

from freeslot.commands.backup import run_postgresql
from freeslot.commands.in_use import have_database_alone
from freeslot.commands.migrate import migrate
from freeslot.commands.starting import CannotStart, need_database, say, set_up

RESTORING = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that `freeslot backup` wrote")
    parser.add_argument("--replace", action="store_true", help="needed where the database already holds practices")


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_database()
    from django.db import connection

    if not arguments.file.is_file():
        raise CannotStart(f"{arguments.file} is not there.")
    if _holds_practices() and not arguments.replace:
        raise CannotStart("The database already holds practices. Give --replace to put the backup in its place.")
    with have_database_alone():
        if connection.vendor == "sqlite":
            need_sqlite_backup(arguments.file)
            _copy_back(arguments.file)
        else:
            connection.close()
            run_postgresql("pg_restore", *RESTORING, str(arguments.file), database="--dbname")
        migrate()
    say(f"The database is as it was in {arguments.file}.")
    return 0


def _copy_back(file: Path) -> None:
    from django.db import connection

    live = str(connection.settings_dict["NAME"])
    connection.close()
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(live)) as target:
        source.backup(target)


def _holds_practices() -> bool:
    from django.db import connection

    from freeslot.practices.models import Practice

    return Practice._meta.db_table in connection.introspection.table_names() and Practice.objects.exists()


def need_sqlite_backup(file: Path) -> None:
    """Raises CannotStart unless the file is a whole SQLite database of Freeslot's."""
    try:
        with closing(sqlite3.connect(f"file:{file.absolute()}?mode=ro", uri=True)) as database:
            whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            ours = database.execute("SELECT count(*) FROM django_migrations WHERE app = 'scheduling'").fetchone()[0]
    except sqlite3.Error as error:
        raise CannotStart(f"{file} is not a backup of Freeslot ({error}).") from error
    if not whole or not ours:
        raise CannotStart(f"{file} is damaged and was not restored.")
