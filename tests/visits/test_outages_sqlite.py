"""SQLite itself says no: the file is locked by another program, or the disk is full."""

import sqlite3

import pytest
from django.db import OperationalError, connection

from freeslot.scheduling.models import Appointment
from tests.support.cast import Cast, make_cast
from tests.visits.pages import address, read

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(clock) -> Cast:
    return make_cast(weeks=2)


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_locked_file_leaves_the_visit_booked(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    execute("PRAGMA busy_timeout = 50")
    try:
        answer = patient.post(address(visit, "cancellation/"), fields)
    finally:
        other.close()
        execute("PRAGMA busy_timeout = 20000")
    assert (answer.status_code, read(answer).heading) == (503, "Your visit is still booked")
    assert patient.post(address(visit, "cancellation/"), read(answer).fields).status_code == 303


def test_a_full_disk_leaves_the_visit_booked_and_the_note_in_the_form(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    execute("CREATE TABLE filler (content)")
    execute("PRAGMA max_page_count = 1")
    try:
        fill_up()
        answer = patient.post(address(visit, "cancellation/"), {**fields, "note": "n" * 9000})
    finally:
        execute("PRAGMA max_page_count = 1073741823")
        execute("DROP TABLE filler")
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert page.fields["note"] == "n" * 9000
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    assert patient.post(address(visit, "cancellation/"), page.fields).status_code == 303


def fill_up() -> None:
    """Uses up the pages that the file has free inside."""
    for size in (100_000, 4000, 100):
        try:
            while True:
                execute(f"INSERT INTO filler VALUES (zeroblob({size}))")  # noqa: S608 - a number of ours
        except OperationalError:
            pass
