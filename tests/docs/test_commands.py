"""Every command that the documents tell people to type exists, with its options."""

import argparse
import os

import pytest

from freeslot.cli import _parser
from tests.docs.documents import ROOT, commands

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs/concepts.md", "docs/operations.md")
TYPED = [(name, command) for name in DOCUMENTS for command in commands(name)]


def _options(parser: argparse.ArgumentParser, words: list[str]) -> set[str]:
    """The options of the subcommand that the words name."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert words, "a command is missing"
            return _options(action.choices[words[0]], words[1:])
    return set(parser._option_string_actions)


@pytest.mark.parametrize(("document", "command"), [each for each in TYPED if each[1].startswith("script/")])
def test_a_script_is_there_and_can_be_run(document, command):
    script = ROOT / command.split()[0]

    assert os.access(script, os.X_OK)


@pytest.mark.parametrize(("document", "command"), [each for each in TYPED if each[1].startswith("freeslot ")])
def test_a_freeslot_command_has_what_the_document_gives_it(document, command):
    words = command.split()[1:]
    given = {word for word in words if word.startswith("--")}

    assert given <= _options(_parser(), [word for word in words if not word.startswith("-")])


def test_the_readme_says_the_two_commands():
    assert list(commands("README.md")) == ["script/demo", "script/test"]


def test_every_script_is_explained_to_contributors():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    scripts = [path.name for path in (ROOT / "script").iterdir() if os.access(path, os.X_OK)]

    assert [name for name in scripts if f"script/{name}" not in text] == []
