"""The cast at its own moment, and browsers of the people in it."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from freeslot.accounts.models import User
from tests.support.cast import NOW, Cast, make_cast

SignIn = Callable[[User], Client]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still at the cast's now; `clock.move_to(…)` sets it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast(db, clock) -> Cast:
    return make_cast(weeks=3)


@pytest.fixture
def sign_in() -> SignIn:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def patient(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.patient_user)


@pytest.fixture
def later(clock) -> Callable[[datetime], None]:
    def later(moment: datetime) -> None:
        clock.move_to(moment, tick=False)

    return later
