"""Checks that are somebody else's programs: formatting, lint, types, layers, migrations, generated pages."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tooling.sandbox import settings_for


def formatting(root: Path) -> list[str]:
    return _findings(root, "-m", "ruff", "format", "--check", ".")


def lint(root: Path) -> list[str]:
    return _findings(root, "-m", "ruff", "check", "--no-fix", "--output-format", "concise", ".")


def types(root: Path) -> list[str]:
    return _findings(root, "-m", "mypy")


def layers(root: Path) -> list[str]:
    return _findings(root, "-c", "from importlinter.cli import lint_imports_command as main; main()")


def migrations(root: Path) -> list[str]:
    return _findings(root, "-m", "django", "makemigrations", "--check", "--dry-run")


def generated_docs(root: Path) -> list[str]:
    return _findings(root, "-m", "freeslot.cli", "docs", "--check")


def _findings(root: Path, *arguments: str) -> list[str]:
    """Runs Python with the arguments; what it printed when it was not content."""
    with tempfile.TemporaryDirectory(prefix="freeslot-check-") as data:
        environment = os.environ | settings_for(Path(data))
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    return (done.stdout + done.stderr).rstrip().splitlines() if done.returncode else []
