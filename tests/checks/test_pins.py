"""The pins say which dependencies they were made from."""

from pathlib import Path

from tooling import pins

PROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["Django>=5.2,<5.3"]
optional-dependencies = {}
"""


def test_pins_are_stale_once_the_dependencies_change(tmp_path: Path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    for name in pins.PIN_FILES:
        (tmp_path / name).write_text("# an older opening\ndjango==5.2.19\n")

    pins.mark_pin_files(tmp_path)
    assert pins.stale_pin_files(tmp_path) == []
    assert (tmp_path / "requirements.txt").read_text().splitlines()[1:] == ["django==5.2.19"]

    (tmp_path / "pyproject.toml").write_text(PROJECT.replace("5.3", "5.4"))
    assert pins.stale_pin_files(tmp_path) == list(pins.PIN_FILES)
