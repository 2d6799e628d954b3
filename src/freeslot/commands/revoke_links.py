"""Ends every link that messages of one visit carry, and what was opened by them. The visit itself stays as it is."""

import argparse

from freeslot.commands.starting import CannotStart, need_migrations, say, set_up


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", metavar="REFERENCE", help="the visit's, as in its messages: FS- and 8 characters")


def run(arguments: argparse.Namespace) -> int:
    set_up()
    need_migrations()
    reference = _reference(arguments.reference)
    from django.utils import timezone

    from freeslot.scheduling.actors import SYSTEM, Door
    from freeslot.scheduling.errors import UnknownAppointment
    from freeslot.scheduling.operations.links import revoke_links

    try:
        ended = revoke_links(ref=reference, actor=SYSTEM, door=Door.SYSTEM, now=timezone.now())
    except UnknownAppointment as error:
        raise CannotStart(f"There is no visit {reference}.") from error
    links = "1 link" if ended == 1 else f"{ended or 'no'} links"
    say(f"Visit {reference}: {links} ended. Messages made from now on carry new ones.")
    return 0


def _reference(typed: str) -> str:
    """In its written form. Raises CannotStart where it cannot be one."""
    from freeslot.scheduling.operations.book import REFERENCE_PREFIX
    from freeslot.scheduling.reference import parse_reference

    reference = parse_reference(typed, REFERENCE_PREFIX)
    if reference is None:
        raise CannotStart(f"{typed} is not a visit's reference. Look for a wrong character or a missing one.")
    return reference
