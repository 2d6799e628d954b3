"""A worker that is killed in the middle of its work: its events come back, and are handled once more, in order."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from freeslot.events.leases import LEASE
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.receipts.models import Receipt
from tests.race.cast import RaceCast, kinds
from tests.race.running import ROOT, database_url, in_processes
from tests.scheduling.acts import cancel, undo

pytestmark = [pytest.mark.race, pytest.mark.long]

# Claims what is due, says so, and then hangs in the middle of the first event.
HANGS = """
import sys, time
from datetime import datetime
import django
django.setup()
from freeslot.events import outbox
def hang(event, now):
    print("working", flush=True)
    time.sleep(600)
outbox.reactors = lambda: (hang,)
outbox.handle_due_events(now=datetime.fromisoformat(sys.argv[1]))
"""


def test_what_a_killed_worker_had_claimed_is_handled_when_its_lease_ends(race: RaceCast):
    visits = [race.cast.book(days=2) for _ in range(3)]
    for visit in visits:
        cancel(race.cast, visit.reference)
    worker = subprocess.Popen(
        [sys.executable, "-c", HANGS, race.now.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline() == "working\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
    waiting = Event.objects.filter(done_at=None).count()
    assert waiting == 6
    before, after = race.now + LEASE - timedelta(seconds=1), race.now + LEASE
    assert handle_due_events(now=before) == 0
    assert [handle_due_events(now=after) for _ in range(3)] == [3, 3, 0]
    assert not Event.objects.filter(done_at=None).exists()


def test_many_workers_handle_a_long_history_once_and_in_order(race: RaceCast):
    visits = [race.cast.book(days=2) for _ in range(5)]
    for _ in range(3):
        for visit in visits:
            cancel(race.cast, visit.reference)
            undo(race.cast, visit.reference)
    tries = [("handle", {"now": race.now.isoformat()})] * 80
    found = in_processes(tries, processes=4, threads=2)
    assert not [each for each in found if each.startswith("failed")]
    handled = sum(int(each.removeprefix("handled ")) * times for each, times in found.items())
    # Some may have looked only while an earlier event of each visit was in another's hands.
    while more := handle_due_events(now=race.now):
        handled += more
    assert handled == 5 * 7
    for visit in visits:
        assert kinds(visit) == ["booked", *["cancelled", "undone"] * 3]
        receipts = Receipt.objects.filter(appointment=visit).order_by("chain_index")
        events = Event.objects.filter(subject_id=visit.pk).order_by("version")
        assert all(event.attempts == 1 and event.done_at is not None for event in events)
        assert [receipt.event_id for receipt in receipts] == [event.pk for event in events]
