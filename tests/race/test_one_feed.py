"""Many make a calendar address at the same moment: one can be read in the end, and nobody's press fails."""

import uuid

import pytest

from freeslot.accounts.feeds import make_feed
from freeslot.accounts.models import CalendarFeed
from tests.race.cast import RaceCast
from tests.race.running import in_threads_of

pytestmark = pytest.mark.race


def made(race: RaceCast, *, key: str = "") -> list[str]:
    def press() -> list[str]:
        token = make_feed(user_id=race.cast.patient_user.pk, key=key or uuid.uuid4().hex, now=race.now)
        return [token or ""]

    return in_threads_of(press, workers=8)


def test_of_different_presses_the_last_one_stays(race: RaceCast) -> None:
    assert len(set(made(race))) == 8
    assert (CalendarFeed.objects.count(), CalendarFeed.objects.filter(revoked_at__isnull=True).count()) == (8, 1)


def test_one_press_repeated_is_one_address(race: RaceCast) -> None:
    assert len(set(made(race, key="k"))) == 1
    assert CalendarFeed.objects.get().revoked_at is None
