"""Runs every check, or those named, and reports all that fail: `python -m tooling.checks [NAME …]`."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tooling.checks import commands, contrast, templates, translations, words
from tooling.pins import stale_pin_files
from tooling.sandbox import settings_for

ROOT = Path(__file__).resolve().parent.parent.parent
Check = Callable[[Path], list[str]]


def pins(root: Path) -> list[str]:
    return [f"{name} was made from other dependencies: run script/pin" for name in stale_pin_files(root)]


CHECKS: dict[str, Check] = {
    "types": commands.types,
    "formatting": commands.formatting,
    "lint": commands.lint,
    "layers": commands.layers,
    "migrations": commands.migrations,
    "docs": commands.generated_docs,
    "templates": templates.check,
    "contrast": contrast.check,
    "words": words.check,
    "translations": translations.check,
    "pins": pins,
}


def main(names: list[str]) -> int:
    if unknown := set(names) - CHECKS.keys():
        sys.exit(f"no check named {min(unknown)}; there are: {', '.join(CHECKS)}")
    wanted = {name: check for name, check in CHECKS.items() if not names or name in names}
    with tempfile.TemporaryDirectory(prefix="freeslot-check-") as data:
        os.environ.update(settings_for(Path(data)))
        with ThreadPoolExecutor(max_workers=2) as pool:
            running = {name: pool.submit(_timed, check) for name, check in wanted.items()}
            failing = [name for name, each in running.items() if not _report(name, *each.result())]
    print(f"\n{len(wanted) - len(failing)} passed, {len(failing)} failed")
    return 1 if failing else 0


def _timed(check: Check) -> tuple[list[str], float]:
    began = time.monotonic()
    try:
        findings = check(ROOT)
    except Exception as error:  # noqa: BLE001  a check that breaks is a finding, and the others still run
        findings = [f"the check itself failed: {type(error).__name__}: {error}"]
    return findings, time.monotonic() - began


def _report(name: str, findings: list[str], seconds: float) -> bool:
    print(f"{'failed' if findings else 'passed'}  {name}  ({seconds:.1f} s)")
    for finding in findings:
        print(f"    {finding}")
    return not findings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
