"""Brings the database up to date. Safe to run again at any time."""

import argparse

from freeslot.commands.starting import need_database, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    set_up()
    migrate()
    say("The database is up to date.")
    return 0


def migrate() -> None:
    from django.core.management import call_command

    need_database()
    call_command("migrate", interactive=False, verbosity=0)
