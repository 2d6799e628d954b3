"""Ties the pinned requirements to the dependencies they were made from."""

import hashlib
import json
import tomllib
from pathlib import Path

PIN_FILES = ("requirements.txt", "requirements-dev.txt")
_OPENING = "# Made by script/pin from pyproject.toml, dependencies "


def opening_line(root: Path) -> str:
    """The first line of a pin file that fits the pyproject.toml of today."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {key: project[key] for key in ("requires-python", "dependencies", "optional-dependencies")}
    return _OPENING + hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]


def stale_pin_files(root: Path) -> list[str]:
    """The pin files that were made from other dependencies than pyproject.toml names now."""
    expected = opening_line(root)
    return [name for name in PIN_FILES if (root / name).read_text(encoding="utf-8").partition("\n")[0] != expected]


def mark_pin_files(root: Path) -> None:
    """Writes the opening line over each pin file."""
    for name in PIN_FILES:
        path = root / name
        pins = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        path.write_text("\n".join([opening_line(root), *pins]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    mark_pin_files(Path(__file__).parent.parent)
