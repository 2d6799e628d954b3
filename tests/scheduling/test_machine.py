"""The state machine over every operation, a little of it always and much of it in the long tier."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.scheduling.machine import open_practice
from tests.scheduling.machine_of_bookings import BookingDesk

LONG = settings(max_examples=60, stateful_step_count=30, suppress_health_check=list(HealthCheck))
# Without making a failure smaller, which takes minutes: the long tier does that.
QUICK = settings(LONG, max_examples=18, stateful_step_count=20, phases=[Phase.generate])


def run(examples: settings, *, steps_between_doctors: int) -> None:
    given = {"cast": open_practice(), "steps_between_doctors": steps_between_doctors}
    machine = type("DeskOfCast", (BookingDesk,), given)
    run_state_machine_as_test(machine, settings=examples)


@pytest.mark.django_db
def test_slots_and_visits_stay_whole_whatever_people_do():
    run(QUICK, steps_between_doctors=8)


@pytest.mark.long
@pytest.mark.timeout(1500)
@pytest.mark.django_db
def test_slots_and_visits_stay_whole_whatever_people_do_for_long():
    run(LONG, steps_between_doctors=1)
