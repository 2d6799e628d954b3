"""Retires the key that signs receipts and makes a new one. Receipts signed before stay as valid as they were."""

import argparse

from freeslot.commands.starting import need_migrations, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


def run(_arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    from django.utils import timezone

    from freeslot.receipts.keys import rotate_signing_key

    key = rotate_signing_key(timezone.now())
    say(f"Receipts are signed by {key.kid} from now on.")
    return 0
