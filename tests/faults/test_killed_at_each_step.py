"""A press and the work that follows from it, killed at each of their steps: the next try finishes what was begun."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from freeslot.events.leases import LEASE
from freeslot.patients.models import Grant
from freeslot.scheduling.models import Appointment
from tests.faults.aftermath import is_cancelled, repeated_mails
from tests.faults.world import Visit, booked_visits
from tests.messages.mailserver import Mailbox, mail_server
from tests.race.running import ROOT, database_url

pytestmark = [pytest.mark.race, pytest.mark.long, pytest.mark.django_db(transaction=True)]
STEPS_OF_PRESS, STEPS_OF_WORK = 40, 100  # at most


class Mortals:
    """Does acts in processes that are killed at a step; `live` is one that is not."""

    def __init__(self, runner: "subprocess.Popen[str]") -> None:
        self._runner = runner

    def was_killed(self, act: str, *, step: int, **given: str) -> bool:
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        self._runner.stdin.write(json.dumps([act, step, given]) + "\n")
        self._runner.stdin.flush()
        answer = self._runner.stdout.readline()
        assert answer in {"killed\n", "lived\n"}
        return answer == "killed\n"

    def live(self, act: str, **given: str) -> None:
        assert not self.was_killed(act, step=0, **given)


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with mail_server(settings, box):
        yield box


@pytest.fixture
def mortals(box: Mailbox, settings: Any) -> Iterator[Mortals]:
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "FREESLOT_EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    command = [sys.executable, "-m", "tests.faults.dying"]
    runner = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "ready\n"
        yield Mortals(runner)
    finally:
        runner.kill()
        runner.communicate()


def test_a_press_killed_at_any_step_is_finished_by_the_same_press(mortals: Mortals, box: Mailbox):
    visits = some_visits(STEPS_OF_PRESS)
    now = datetime.now(UTC)
    for step in range(1, STEPS_OF_PRESS):
        press = a_press(visits[step], now)
        was_killed = mortals.was_killed("cancel", step=step, **press)
        mortals.live("cancel", **press)
        if not was_killed:
            break
    mortals.live("work", now=(now + LEASE).isoformat())
    pressed = visits[1 : step + 1]
    assert 10 < step < STEPS_OF_PRESS - 1
    assert all(is_cancelled(visit, must_be=True) for visit in pressed)
    assert repeated_mails(box, pressed) == 0


def test_what_a_press_killed_at_any_step_left_is_whole_without_another(mortals: Mortals, box: Mailbox):
    """Nobody presses again: then it is cancelled with all that follows, or it is booked and nobody hears of it."""
    visits = some_visits(STEPS_OF_PRESS)
    now = datetime.now(UTC)
    for step in range(1, STEPS_OF_PRESS):
        if not mortals.was_killed("cancel", step=step, **a_press(visits[step], now)):
            break
    mortals.live("work", now=(now + LEASE).isoformat())
    cancelled = [visit for visit in visits if is_cancelled(visit, must_be=False)]
    assert 1 < len(cancelled) < step
    assert repeated_mails(box, cancelled) == 0


def test_the_work_killed_at_any_step_is_finished_and_repeats_one_mail_at_most(mortals: Mortals, box: Mailbox):
    visits = some_visits(STEPS_OF_WORK)
    now = datetime.now(UTC)
    kills_that_repeat = 0
    for step in range(1, STEPS_OF_WORK):
        now += 2 * LEASE
        mortals.live("cancel", **a_press(visits[step], now))
        before = len(box.raw)
        was_killed = mortals.was_killed("work", step=step, now=now.isoformat())
        mortals.live("work", now=(now + LEASE).isoformat())
        repeats = len(box.raw) - before - len(visits[step].contacts)
        assert repeats in {0, 1}
        kills_that_repeat += repeats
        if not was_killed:
            break
    assert 40 < step < STEPS_OF_WORK - 1
    assert all(is_cancelled(visit, must_be=True) for visit in visits[1 : step + 1])
    assert repeated_mails(box, visits[1 : step + 1]) == kills_that_repeat > 0


def some_visits(count: int) -> list[Visit]:
    """Each has one or two to be told."""
    visits = booked_visits(count, addresses=(1, 1, 1, 1, 2))
    connection.close()
    return visits


def a_press(visit: Visit, now: datetime) -> dict[str, str]:
    patient = Appointment.objects.get(pk=visit.id).patient_id
    user = Grant.objects.get(patient_id=patient).user_id
    connection.close()
    given = {"ref": visit.ref, "user": str(user), "key": f"press-{visit.ref}", "now": now.isoformat()}
    return given | {"outcome": "cancelled"}
