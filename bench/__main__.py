"""script/bench [NAME] [--json FILE]: the benchmarks on SQLite and on a PostgreSQL that writes to the disk."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from tooling.postgres import database_url
from tooling.sandbox import settings_for

NAMES = ("cancel", "page", "http", "link", "flood", "times", "book", "next", "race")
# Writes a document, so it runs only when it is named; the database makes no difference to it.
BY_NAME = ("taps",)


def main() -> int:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument(
        "name", nargs="?", choices=(*NAMES, *BY_NAME), help="one benchmark; without a name all but taps"
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one")
    parser.add_argument("--slots", type=int, help="how many stored slots book compares with ten thousand")
    arguments = parser.parse_args()
    if arguments.slots:
        os.environ["BENCH_SLOTS"] = str(arguments.slots)
    names = [arguments.name] if arguments.name else list(NAMES)
    if arguments.name in BY_NAME:
        arguments.database = "sqlite"
    figures = []
    for figure in _figures(names, arguments.database):
        print(figure, flush=True)
        figures.append(figure)
    if arguments.json:
        arguments.json.write_text(json.dumps([figure.as_dict() for figure in figures], indent=1) + "\n")
    return 1 if any(figure.holds is False for figure in figures) else 0


def _figures(names: list[str], database: str | None) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="freeslot-bench-") as folder:
        if database != "postgresql":
            yield from _run(names, Path(folder), {})
        if database != "sqlite":
            with database_url(durable=True) as url:
                yield from _run(names, Path(folder), {"DATABASE_URL": url.rpartition("/")[0] + "/postgres"})


def _run(names: list[str], data: Path, more: dict[str, str]) -> Iterator[Figure]:
    environment = {**os.environ, "PYTHONPATH": "src", **settings_for(data), **more}
    command = [sys.executable, "-m", "bench.engine", *names]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            yield Figure(**json.loads(line))
    if process.returncode:
        sys.exit(f"A benchmark ended with code {process.returncode}.")


if __name__ == "__main__":
    sys.exit(main())
