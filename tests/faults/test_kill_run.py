"""Server and worker are killed at random while patients cancel: what was acknowledged stands, and all are told."""

import os
import secrets
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection

from freeslot.events.leases import LEASE
from freeslot.events.models import Event
from freeslot.messages.models import Message
from tests.cli.process import environment, free_port, freeslot
from tests.faults.aftermath import is_cancelled, repeated_mails
from tests.faults.deployment import EVERYTHING, PARENT, WEB, WORKER, Deployment
from tests.faults.pressing import Crowd
from tests.faults.sink import SECONDS_A_STEP, SlowSink
from tests.faults.world import booked_visits
from tests.messages.mailserver import mail_server
from tests.race.running import database_url

pytestmark = [pytest.mark.race, pytest.mark.long, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

CANCELS, FICKLE, UNTOUCHED, PEOPLE = 200, 16, 20, 4
KILLS, GROUP = 9, 23


def test_kills_lose_nothing_that_was_acknowledged_and_repeat_one_mail_each_at_most(settings: Any, tmp_path: Path):
    seed = int(os.environ.get("FREESLOT_TEST_SEED", secrets.randbelow(10**6)))
    print(f"FREESLOT_TEST_SEED={seed}")
    chance = Random(seed)
    visits = booked_visits(CANCELS + FICKLE + UNTOUCHED)
    stubborn, fickle, untouched = visits[:CANCELS], visits[CANCELS:-UNTOUCHED], visits[-UNTOUCHED:]
    sink = SlowSink(chance)
    port = free_port()
    crowd = Crowd(port, stubborn, fickle)
    with mail_server(settings, sink) as mail:
        mail_url = f"smtp://127.0.0.1:{mail.port}"
        env = environment(tmp_path, DATABASE_URL=database_url(), FREESLOT_EMAIL_URL=mail_url, TMPDIR=str(tmp_path))
        connection.close()
        with Deployment(*_processes(), port=port, env=env, log=tmp_path / "log") as deployment:
            deployment.wait_until(deployment.answers)
            crowd.start(people=PEOPLE)
            for turn in range(KILLS):
                _press_and_kill(deployment, crowd, sink, chance, is_for_mails=turn % 3 > 0)
            sink.hurry()
            crowd.let_press(CANCELS + FICKLE - KILLS * GROUP)
            deployment.wait_until(lambda: crowd.has_pressed == CANCELS + FICKLE, count=lambda: crowd.has_pressed)
            _end_leases(deployment)
            deployment.wait_until(_nothing_waits, count=lambda: len(sink.raw))
            assert deployment.stop() == 0
    assert crowd.surprises == []
    assert crowd.acknowledged >= {visit.ref for visit in stubborn}
    cancelled = {visit for visit in visits if is_cancelled(visit, must_be=visit.ref in crowd.acknowledged)}
    assert not cancelled & set(untouched)
    repeats = repeated_mails(sink, cancelled)
    came_upon = f"{dict(Counter(deployment.kills))}, {len(crowd.repeated)} of {len(crowd.acknowledged)} pressed again"
    print(f"{came_upon}; {len(cancelled)} cancelled, {len(sink.raw)} mails, {repeats} of them repeats")
    assert repeats <= len(deployment.kills)
    doctor = freeslot("doctor", env=env)
    assert (doctor.returncode, doctor.stdout) == (0, "All is well: every invariant holds.\n")


def _processes() -> list[str]:
    """On SQLite the worker is a thread of the one web process, on PostgreSQL a process beside two of them."""
    return ["--processes", "2"] if connection.vendor == "postgresql" else []


def _press_and_kill(
    deployment: Deployment, crowd: Crowd, sink: SlowSink, chance: Random, *, is_for_mails: bool
) -> None:
    """One kill at some moment while presses, or mails, are on their way."""
    done = crowd.has_pressed
    crowd.let_press(GROUP)
    if is_for_mails:
        worker = WORKER if connection.vendor == "postgresql" else WEB
        victim = chance.choice([EVERYTHING, worker, worker, PARENT])
        deployment.wait_until(lambda: crowd.has_pressed >= done + GROUP, count=lambda: crowd.has_pressed)
        begun = sink.seen["mail"] + chance.randint(1, 4)
        # Not for long: all that there is may be under the lease of a worker killed earlier.
        deployment.waited_for(lambda: sink.seen["mail"] >= begun, seconds=5)
        time.sleep(chance.uniform(0, 4 * SECONDS_A_STEP))
    else:
        victim = chance.choice([EVERYTHING, PARENT, WEB])
        least = done + chance.randint(0, GROUP - PEOPLE)
        deployment.wait_until(lambda: bool(crowd.pressing) and crowd.has_pressed >= least)
        time.sleep(chance.uniform(0, 0.04))
    deployment.kill(victim, chance)


def _end_leases(deployment: Deployment) -> None:
    """Nobody is left to hold a lease, so the minute that each lasts is taken off rather than waited for."""
    deployment.kill_all()
    for model in (Event, Message):
        for row in model.objects.filter(claimed_until__isnull=False):
            model.objects.filter(pk=row.pk).update(claimed_until=row.claimed_until - LEASE)
    connection.close()


def _nothing_waits() -> bool:
    waits = any(model.objects.filter(done_at__isnull=True).exists() for model in (Event, Message))
    connection.close()
    return not waits
