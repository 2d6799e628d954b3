"""Says what a receipt proves: a file of it, or its PDF. With --jwks it needs nothing but the two files."""

import argparse
import os
import secrets

from freeslot.commands.starting import CannotStart, need_migrations, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the receipt: its PDF, its JSON, or its text")
    parser.add_argument(
        "--jwks", metavar="FILE", help="the practice's public keys (/.well-known/jwks.json), instead of this database's"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.jwks is not None:
        # A stranger who checks a receipt has no deployment, and nothing here is ever encrypted with these.
        for name in ("FREESLOT_SECRET_KEY", "FREESLOT_KEY_ENCRYPTION_KEY"):
            os.environ.setdefault(name, secrets.token_urlsafe(48))
    elif not os.environ.keys() & {"FREESLOT_SECRET_KEY", "FREESLOT_SECRET_KEY_FILE"}:
        raise CannotStart(
            "There are no settings of a deployment here. To check a receipt without one, save the practice's public "
            "keys (/.well-known/jwks.json at its address) and name them: --jwks FILE."
        )
    set_up()
    if arguments.jwks is None:
        need_migrations()
    from freeslot.receipts.command import verify_file

    code, words = verify_file(arguments.file, jwks=arguments.jwks)
    say(words)
    return code
