"""Runs the tests on SQLite and on PostgreSQL and adds up the two."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tooling.browser import find_browser
from tooling.ending import end_with_parent, interrupt_on_signals
from tooling.postgres import database_url

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


@dataclass(frozen=True)
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


@dataclass(frozen=True)
class Wish:
    """What was asked for: the long tier too, or a part of the tests by pytest's own arguments."""

    long: bool
    arguments: list[str]

    @property
    def whole(self) -> bool:
        return not self.arguments

    @property
    def is_measured(self) -> bool:
        return self.whole and self.long


def main(arguments: list[str]) -> int:
    wish = wish_in(arguments)
    interrupt_on_signals()
    browser = find_browser()
    count, good = Count(), True
    with _folder() as folder, database_url() as postgres:
        for engine, url in (("SQLite", f"sqlite:///{folder / 'freeslot.sqlite3'}"), ("PostgreSQL", postgres)):
            print(f"\n== The tests on {engine} ==", flush=True)
            part, ended_well = _run(wish, engine=engine, url=url, browser=browser, folder=folder)
            count, good = count + part, good and ended_well
        covered = _is_covered(folder) if wish.is_measured else True
    return conclude(count, good=good and covered)


def wish_in(arguments: list[str]) -> Wish:
    return Wish(long="--all" in arguments, arguments=[each for each in arguments if each != "--all"])


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="freeslot-test-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(wish: Wish, *, engine: str, url: str, browser: str, folder: Path) -> tuple[Count, bool]:
    report = folder / f"{engine}.xml"
    environment = os.environ | {
        "DATABASE_URL": url,
        "FREESLOT_TEST_BROWSER": browser,
        "COVERAGE_FILE": str(folder / f".coverage.{engine}"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-m", "pytest", f"-n{WORKERS}", f"--junit-xml={report}"]
    command += ["-m", "long or not long"] if wish.long else ["-m", "not long"]
    # Coverage costs a third of the time, and its floors are set for the whole: the long tier pays for it.
    command += ["--cov", "--cov-report="] if wish.is_measured else []
    command += ["--durations=20"] if wish.whole else []
    command += wish.arguments
    with_us = end_with_parent(signal.SIGINT)
    with subprocess.Popen(command, cwd=ROOT, env=environment, preexec_fn=with_us) as process:  # noqa: PLW1509  no threads
        try:
            process.wait()
        except KeyboardInterrupt:
            _end(process)
            raise
    return count_in(report), process.returncode == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """pytest takes its workers, servers and browsers down when interrupted, and is given the time for it."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


def count_in(report: Path) -> Count:
    if not report.exists():
        return Count()
    count = Count()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314  our own pytest wrote it
        tests, failures, errors, skipped = (int(suite.get(key, "0")) for key in _KEYS)
        count += Count(passed=tests - failures - errors - skipped, failed=failures + errors, skipped=skipped)
    return count


_KEYS = ("tests", "failures", "errors", "skipped")


def _is_covered(folder: Path) -> bool:
    """Branch coverage of both runs together against the floors in pyproject.toml; says what is missing."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["freeslot"]["coverage"]
    environment = os.environ | {"COVERAGE_FILE": str(folder / ".coverage")}
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "combine", "--quiet", folder], cwd=ROOT, env=environment, check=True)
    good = True
    for part, floor in rules["floors"].items():
        print(f"\n== Branch coverage of {part}: at least {floor} % ==", flush=True)
        report = subprocess.run(
            [*coverage, "report", f"--include=src/freeslot/{part}", f"--fail-under={floor}"], cwd=ROOT, env=environment
        )
        good = good and report.returncode == 0
    return good


def conclude(count: Count, *, good: bool) -> int:
    """A skipped test is a failure: what a run cannot test it must say by failing."""
    print()
    if count.skipped:
        print(f"{count.skipped} skipped: every test has to run; mark one that is for a single database as such.")
    if not count.passed:
        print("No test passed.")
    print(f"{count.passed} passed, {count.failed} failed", flush=True)
    return 0 if good and count.passed and not count.failed and not count.skipped else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
