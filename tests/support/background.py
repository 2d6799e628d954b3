"""Keeps out of the tests' process what a web process does beside its requests."""

import pytest

from freeslot.doors.link import hits


@pytest.fixture(scope="session", autouse=True)
def nothing_is_written_in_the_background() -> None:
    """Whoever imported the web application has said that hits are written from here; by now all tests are imported."""
    hits._is_server = False
