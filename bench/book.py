"""Book, move and cancel as operations in a database of ten thousand slots and in one of very many, in turns."""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from bench.diary import ACTS
from bench.figures import Figure

FEW, MANY = 10_000, 1_000_000
ROUNDS, EACH, WARM_UP = 11, 20, 20
MOST_TIMES = 1.3


class Beside:
    """Diaries in a process and a database of their own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._line()

    def seconds(self, act: str, times: int) -> float:
        """How long one such act takes, of so many."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{act} {times}\n")
        self.process.stdin.flush()
        return float(self._line())

    def _line(self) -> str:
        assert self.process.stdout is not None
        if line := self.process.stdout.readline():
            return line
        sys.exit("The diaries could not be made, or an act on them failed.")


def run() -> Iterator[Figure]:
    many = int(os.environ.get("BENCH_SLOTS", MANY))
    with diaries(FEW) as few_of_them, diaries(many) as many_of_them:
        for act in ACTS:
            few_of_them.seconds(act, WARM_UP)
            many_of_them.seconds(act, WARM_UP)
        for act in ACTS:
            yield from _figures(act, few_of_them, many_of_them, many)


def _figures(act: str, few_of_them: Beside, many_of_them: Beside, many: int) -> Iterator[Figure]:
    least, most = [], []
    for _ in range(ROUNDS):
        least.append(few_of_them.seconds(act, EACH))
        most.append(many_of_them.seconds(act, EACH))
    few, some = statistics.median(least), statistics.median(most)
    yield Figure(f"{act} at {FEW:,} slots", connection.vendor, 1000 * few, "ms")
    yield Figure(
        f"{act} at {many:,} slots", connection.vendor, 1000 * some, "ms", ratio=some / few,
        bound=f"within {MOST_TIMES} times", holds=some / few <= MOST_TIMES,
    )  # fmt: skip


@contextlib.contextmanager
def diaries(slots: int) -> Iterator[Beside]:
    with database(f"slots_{slots}") as url:
        command = [sys.executable, "-m", "bench.diary", str(slots), str(2 * (WARM_UP + ROUNDS * EACH))]
        environment = {**os.environ, "DATABASE_URL": url}
        with subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield Beside(process)
            finally:
                process.terminate()


@contextlib.contextmanager
def database(name: str) -> Iterator[str]:
    """A database of its own of the kind that is measured; gone at the end."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="freeslot-bench-") as folder:
            yield f"sqlite:///{Path(folder) / name}.sqlite3"
        return
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
