"""A deployment on SQLite that is migrated and empty."""

import shutil

import pytest

from tests.cli.process import environment, freeslot


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory):
    data = tmp_path_factory.mktemp("deployment")
    done = freeslot("migrate", env=environment(data))
    assert done.returncode == 0, done.stderr
    return data / "freeslot.sqlite3"


@pytest.fixture
def deployment(_migrated, tmp_path):
    """The environment of the command; its data folder is this test's own."""
    (tmp_path / "data").mkdir()
    shutil.copy(_migrated, tmp_path / "data")
    return environment(tmp_path / "data")
