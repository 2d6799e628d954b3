"""The cast of a race, committed for every connection to see."""

from collections.abc import Iterator

import pytest

from freeslot.scheduling.invariants import breaches
from tests.race.cast import RaceCast
from tests.support.cast import make_cast


@pytest.fixture
def race(transactional_db) -> Iterator[RaceCast]:
    """The doctor looks at what the race left behind."""
    cast = RaceCast(make_cast(weeks=2))
    yield cast
    assert list(breaches(now=cast.cast.now)) == []
