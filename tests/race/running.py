"""Starts many runners at one moment, as threads of this process or as processes of their own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from django.db import connection

from tests.race.acts import perform
from tests.support.at_once import at_once

ROOT = Path(__file__).resolve().parents[2]
Tries = Sequence[tuple[str, dict[str, str]]]


def in_threads(tries: Tries, *, workers: int) -> Counter[str]:
    """How often each outcome came of the tries, dealt out to the workers and begun together."""
    hands = iter(_dealt(tries, workers))
    guard = threading.Lock()

    def run() -> list[str]:
        with guard:
            mine = next(hands)
        return [perform(act, given) for act, given in mine]

    return Counter(in_threads_of(run, workers=workers))


def in_threads_of(work: Callable[[], list[str]], *, workers: int) -> list[str]:
    """What all the workers gave, begun together."""
    return list(chain.from_iterable(at_once(*[work] * workers)))


def until_somebody_waits() -> None:
    """Until another connection waits for a lock that this one has (PostgreSQL)."""
    with connection.cursor() as cursor:
        waiting, end = False, time.monotonic() + 30
        while not waiting:
            assert time.monotonic() < end, "nobody waits"
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            waiting = cursor.fetchone() != (0,)


def in_processes(tries: Tries, *, processes: int, threads: int = 1) -> Counter[str]:
    runners = [_process(threads) for _ in range(processes)]
    try:
        for runner in runners:
            assert runner.stdout.readline() == "ready\n"
        for runner, mine in zip(runners, _dealt(tries, processes), strict=True):
            runner.stdin.write(json.dumps(mine) + "\n")
            runner.stdin.flush()
        found: Counter[str] = Counter()
        for runner in runners:
            found.update(json.loads(runner.stdout.readline()))
            assert runner.wait(30) == 0
        return found
    finally:
        for runner in runners:
            runner.kill()
            runner.communicate()


def _dealt(tries: Tries, workers: int) -> list[Tries]:
    return [tries[index::workers] for index in range(workers)]


def _process(threads: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.race.runner", str(threads)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def database_url() -> str:
    """The database of the running test, for another process."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    who = f"{given['USER']}:{given['PASSWORD']}" if given["PASSWORD"] else given["USER"]
    return f"postgres://{who}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
