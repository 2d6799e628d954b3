"""Writes docs/generated from the tables in the source; --check says which pages are out of date, exit code 1."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from freeslot.commands.starting import CannotStart, say

FOLDER = Path("docs/generated")
MADE_BY = "<!-- Made by `freeslot docs` from {source}; do not edit. -->\n\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; only say what is out of date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where they are (default: {FOLDER})")


def run(arguments: argparse.Namespace) -> int:
    if arguments.folder == FOLDER and not FOLDER.is_dir():
        raise CannotStart(f"There is no {FOLDER} here. Run this in a checkout of Freeslot, or name a folder: --folder.")
    pages = {arguments.folder / name: make() for name, make in PAGES.items()}
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if arguments.check:
            sys.stderr.write(f"{path} is out of date. Run `freeslot docs`.\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
            say(f"{path} is written.")
    return 1 if stale and arguments.check else 0


def states_page() -> str:
    from freeslot.scheduling.states import LIVE, TRANSITIONS, Side, Status

    rows = [
        f"| {each.act} | {each.source or '–'} | {each.target} | "
        f"{'anyone' if each.sides == frozenset(Side) else ', '.join(sorted(each.sides))} |"
        for each in TRANSITIONS
    ]
    arrows = [f"    {each.source or '[*]'} --> {each.target}: {each.act}" for each in TRANSITIONS]
    live = ", ".join(sorted(LIVE))
    known = ", ".join(Status)
    return "\n".join(
        [
            MADE_BY.format(source="`freeslot.scheduling.states`") + "# The states of a visit",
            "",
            f"The statuses are FHIR R4's Appointment.status codes: {known}. Live are: {live}.",
            "",
            "| act | from | to | on behalf of |",
            "|---|---|---|---|",
            *rows,
            "",
            "```mermaid",
            "stateDiagram-v2",
            *arrows,
            "```",
            "",
        ]
    )


PAGES: dict[str, Callable[[], str]] = {"states.md": states_page}
