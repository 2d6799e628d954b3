"""The environment of a checkout is kept for as long as it works, whichever Python comes first on the path."""

from pathlib import Path

import pytest

from tooling import setup


@pytest.fixture
def checkout(tmp_path, monkeypatch) -> Path:
    """A checkout with an environment of some other Python, installed as the pins say."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'freeslot'\n", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("django\n", encoding="utf-8")
    (tmp_path / "requirements-dev.txt").write_text("pytest\n", encoding="utf-8")
    setup.PYTHON.parent.mkdir(parents=True)
    a_python(says="3.99.1 (another one)")
    for group in ("product", "dev"):
        setup._stamp(group).write_text(setup._wanted(group), encoding="utf-8")
    return tmp_path


def a_python(*, says: str, code: int = 0) -> None:
    setup.PYTHON.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n", encoding="utf-8")
    setup.PYTHON.chmod(0o755)


@pytest.mark.parametrize("group", ["product", "dev"])
def test_an_environment_of_another_python_is_kept(checkout, group):
    assert setup._is_installed(group)
    assert setup._can_be_added_to()


def test_other_pins_are_added_to_the_environment_that_is_there(checkout):
    for name in ("requirements.txt", "requirements-dev.txt"):
        (checkout / name).write_text("another\n", encoding="utf-8")
    assert not setup._is_installed("product")
    assert setup._can_be_added_to()


@pytest.mark.parametrize(("says", "code"), [("3.100.0 (put in its place)", 0), ("", 0), ("broken", 1)])
def test_a_python_that_was_replaced_is_too_old_or_broken_is_made_anew(checkout, says, code):
    a_python(says=says, code=code)
    assert not setup._is_installed("product")
    assert not setup._can_be_added_to()


def test_a_checkout_that_was_moved_is_made_anew(checkout, monkeypatch):
    monkeypatch.setattr(setup, "ROOT", checkout / ".." / checkout.name)
    assert not setup._can_be_added_to()


def test_without_an_environment_one_is_made(checkout):
    setup.PYTHON.unlink()
    assert not setup._is_installed("product")
    assert not setup._can_be_added_to()
