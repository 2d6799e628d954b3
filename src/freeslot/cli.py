"""The `freeslot` command. A bad setting or a missing piece stops it with one line on stderr and exit code 2."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from freeslot.commands.starting import CannotStart

COMMANDS = {
    "serve": "serve the pages and, unless told otherwise, run the worker",
    "worker": "run the worker alone",
    "migrate": "bring the database up to date",
    "demo": "make the demo world and serve it on this machine",
    "doctor": "check every invariant of the data; exit code 1 on a breach",
    "verify-receipt": "say what a receipt proves, offline",
    "rotate-key": "sign receipts by a new key from now on",
    "revoke-links": "end the links that messages of one visit carry",
    "backup": "write the whole database, signing keys included, into one file",
    "restore": "put a backup in place of the database",
    "practice": "create a practice",
    "docs": "write the generated documentation, or check that it is up to date",
}


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        code: int = chosen.run(chosen)
    except (CannotStart, ImproperlyConfigured) as error:
        return _refuse(str(error))
    except DatabaseError as error:
        return _refuse(f"The database failed: {error}")
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    return code


def _refuse(words: str) -> int:
    print(f"freeslot: {' '.join(words.split())}", file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="freeslot", description="Patients cancel a visit in two taps, with proof.")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = import_module(f"freeslot.commands.{name.replace('-', '_')}")
        sub = subparsers.add_parser(name, help=purpose, description=command.__doc__)
        command.add_arguments(sub)
        sub.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
