"""Writes the pages that a proxy shows while Freeslot itself does not answer."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from freeslot.web.static_error import STATUSES, standalone


class Command(BaseCommand):
    help = "Write 500.html, 502.html and 503.html for the proxy in front of Freeslot."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where the pages go")

    def handle(self, *_args: Any, folder: Path, **_options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for status in STATUSES:
            (folder / f"{status}.html").write_text(standalone(status), encoding="utf-8")
        self.stdout.write(f"Wrote {len(STATUSES)} pages to {folder}.")
