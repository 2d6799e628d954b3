"""Hypothesis asks no example to be quick: on a busy machine any of them can wait its turn for longer than a bound."""

import pytest
from hypothesis import HealthCheck, settings


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    settings.register_profile("freeslot", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("freeslot")
