"""The two runs of the tests are added up; nothing skipped, nothing empty passes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tooling import suite
from tooling.suite import Count

REPORT = """<testsuites><testsuite tests="9" failures="2" errors="1" skipped="1"/></testsuites>"""


def test_a_report_is_counted_by_what_passed(tmp_path: Path):
    (tmp_path / "report.xml").write_text(REPORT)

    assert suite.count_in(tmp_path / "report.xml") == Count(passed=5, failed=3, skipped=1)
    assert suite.count_in(tmp_path / "missing.xml") == Count()


@pytest.mark.parametrize(
    ("count", "good", "code"),
    [
        (Count(passed=8), True, 0),
        (Count(passed=8), False, 1),
        (Count(passed=8, failed=1), True, 1),
        (Count(passed=8, skipped=1), True, 1),
        (Count(), True, 1),
    ],
)
def test_only_a_run_that_left_nothing_out_is_good(count: Count, good: bool, code: int, capsys):
    assert suite.conclude(count, good=good) == code
    assert capsys.readouterr().out.splitlines()[-1] == f"{count.passed} passed, {count.failed} failed"


def test_the_long_tier_is_asked_for_by_name_and_the_rest_goes_to_pytest():
    assert suite.wish_in(["--all"]) == suite.Wish(long=True, arguments=[])
    assert suite.wish_in(["tests/receipts", "-x"]) == suite.Wish(long=False, arguments=["tests/receipts", "-x"])
    assert suite.wish_in(["--all"]).whole
    assert not suite.wish_in(["--all", "-x"]).whole


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_end_is_an_interrupt_also_where_the_shell_ignored_it(how: signal.Signals):
    program = (
        "from tooling.ending import interrupt_on_signals as i; i(); print(flush=True); import time; time.sleep(30)"
    )
    ignoring = [sys.executable, "-c", f"import os, signal; signal.signal({int(how)}, signal.SIG_IGN); {_exec(program)}"]
    with subprocess.Popen(ignoring, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=suite.ROOT) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(how)
        _, complaint = process.communicate(timeout=25)

    assert b"KeyboardInterrupt" in complaint


def _exec(program: str) -> str:
    return f"os.execv({sys.executable!r}, [{sys.executable!r}, '-c', {program!r}])"
