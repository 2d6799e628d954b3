"""The cast, fresh for each test that asks for it."""

import pytest

from freeslot.practices.models import Location, Practitioner
from freeslot.scheduling.operations.listing import list_practitioner
from tests.support.cast import Cast, make_cast


@pytest.fixture
def cast(db) -> Cast:
    return make_cast(weeks=2)


def listed(cast: Cast) -> int:
    """How many rows the directory has of the cast's practitioner, a family doctor in Salem."""
    Practitioner.objects.filter(pk=cast.practitioner.pk).update(specialty="394814009")
    Location.objects.filter(pk=cast.location.pk).update(city="Salem")
    return list_practitioner(practitioner_id=cast.practitioner.pk, now=cast.now)
