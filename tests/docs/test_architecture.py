"""ARCHITECTURE.md's layers are those that import-linter holds, and its files exist."""

import re
import tomllib

from tests.docs.documents import ROOT, table

PACKAGE = re.compile(r"\(?`(freeslot[\w.]*)`\)?")
FILE = re.compile(r"`([\w*/]+/[\w./*]*|[\w*/]+/[\w./*]*\.\w+)`")


def layers_held() -> list[list[str]]:
    """Each layer's packages; those in parentheses may be missing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    return [[package.strip() for package in layer.split("|")] for layer in layers]


def test_the_layer_table_is_the_import_linters():
    rows = table("ARCHITECTURE.md", "Layers")
    told = [[found.group().replace("`", "") for found in PACKAGE.finditer(row[1])] for row in rows]
    # The command is the highest layer, and there for certain.
    told[0] = ["(freeslot.cli)"]

    assert told == layers_held()


def test_the_layers_are_numbered_from_the_bottom():
    numbers = [int(row[0]) for row in table("ARCHITECTURE.md", "Layers")]

    assert numbers == list(range(len(numbers) - 1, -1, -1))


def test_packages_said_to_be_there_are_there_and_those_to_come_are_not():
    for layer in layers_held()[1:]:
        for package in layer:
            folder = ROOT / "src" / package.strip("()").replace(".", "/")
            assert folder.exists() is not package.startswith("("), package


def test_every_file_that_is_named_exists():
    missing = []
    for heading in ("The path of one cancel", "Where things live"):
        for row in table("ARCHITECTURE.md", heading):
            for name in FILE.findall(row[-1]):
                found = list((ROOT / "src" / "freeslot").glob(name)) or list(ROOT.glob(name))
                if not found:
                    missing.append(name)

    assert missing == []
