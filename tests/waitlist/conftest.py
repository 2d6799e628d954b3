"""The cast with a visit three weeks ahead, whose practitioner has no time left before it."""

import pytest

from tests.support.cast import Cast, make_cast
from tests.waitlist.wishes import Booked, fully_booked


@pytest.fixture
def cast(db) -> Cast:
    return make_cast(weeks=4)


@pytest.fixture
def booked(cast: Cast) -> Booked:
    return fully_booked(cast)
