"""The cast, fresh for each test that asks for it."""

import pytest

from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    return make_cast(weeks=2)
