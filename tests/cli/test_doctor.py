"""`freeslot doctor` says each breach and exits with 1, or one line and 0."""

import threading

import pytest
from django.db import connection

from freeslot.cli import main
from freeslot.commands.doctor import one_moment
from freeslot.scheduling.models import Slot
from tests.support.cast import NOW, make_cast


@pytest.mark.django_db
def test_all_is_well_in_one_line(capsys):
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out == "All is well: every invariant holds.\n"


@pytest.mark.django_db
def test_a_breach_is_said_and_counts(capsys, time_machine):
    time_machine.move_to(NOW)
    visit = make_cast().book()
    Slot.objects.filter(appointment=visit).update(status=Slot.Status.FREE, appointment=None)

    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == f"Visit {visit.reference} is booked but has no slots.\n"


@pytest.mark.django_db(transaction=True)
def test_it_reads_one_moment_and_keeps_nobody_from_writing(capsys):
    make_cast()

    assert main(["doctor"]) == 0
    Slot.objects.update(status=Slot.Status.BLOCKED)


@pytest.mark.django_db(transaction=True)
def test_somebody_else_can_write_while_it_reads():
    make_cast()
    with one_moment():
        assert not Slot.objects.filter(status=Slot.Status.BLOCKED).exists()
        writer = threading.Thread(target=_block_every_slot)
        writer.start()
        writer.join(10)
        assert not writer.is_alive()
        assert not Slot.objects.filter(status=Slot.Status.BLOCKED).exists()
    assert Slot.objects.filter(status=Slot.Status.BLOCKED).exists()


def _block_every_slot() -> None:
    Slot.objects.update(status=Slot.Status.BLOCKED)
    connection.close()
