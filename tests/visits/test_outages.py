"""The database fails: what was saved is said as it is, and the press can be tried again without loss."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, OperationalError, connection

from freeslot.scheduling.models import Appointment
from freeslot.visits.tried import stamp
from tests.support.cast import make_cast
from tests.support.database import is_postgresql
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import status


@contextmanager
def failing(sql_part: str, error: Exception) -> Iterator[None]:
    """The driver's own error at the statement with these words, as the database would give it."""

    def fail(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql_part in sql:
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail):
        yield


ERRORS = [
    OperationalError("database is locked"),
    OperationalError("database or disk is full"),
    DatabaseError("the private words of a note"),
]


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_a_failure_before_the_commit_leaves_the_visit_booked_and_says_so(cast, patient, caplog, error):
    visit = cast.book()
    with failing('INSERT INTO "events_event"', error):
        answer = press_cancel(patient, visit, note="kept")
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert "You tried at 4:00 pm (New York time)." in page.text
    assert "(212) 555-0142" in page.text
    assert "open until 5 pm" in page.text
    assert page.fields["note"] == "kept"
    assert status(visit) == "booked"
    assert "private words" not in caplog.text


def test_trying_again_counts_from_the_first_try(cast, patient, later):
    visit = cast.book(days=1)
    with failing('INSERT INTO "events_event"', ERRORS[0]):
        fields = read(press_cancel(patient, visit)).fields
        later(cast.now + timedelta(minutes=5))
        again = read(patient.post(address(visit, "cancellation/"), fields))
    assert "You tried at 4:00 pm (New York time)." in again.text
    later(cast.now + timedelta(minutes=59))
    assert patient.post(address(visit, "cancellation/"), again.fields).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).fee_minor == 0


@pytest.mark.parametrize("forged", ["", "nonsense", "WyJGUyJd:1abc:def"])
def test_a_stamp_that_is_not_ours_or_of_another_visit_counts_for_nothing(cast, patient, later, forged):
    visit, other = cast.book(days=1), cast.book(days=9)
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    later(cast.now + timedelta(minutes=5))
    for tried in (forged, stamp(other.reference, cast.now)):
        assert patient.post(address(visit, "cancellation/"), {**fields, "tried": tried}).status_code == 409


def test_a_database_that_is_wholly_away_still_lets_the_page_say_whom_to_call(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    with failing("", OperationalError("the server closed the connection unexpectedly")):
        answer = patient.post(address(visit, "cancellation/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert "(212) 555-0142" in page.text
    assert visit.reference in page.text


def test_a_snapshot_of_another_visit_is_not_shown(cast, patient):
    visit, other = cast.book(), cast.book(days=14)
    seen = read(patient.get(address(other, "cancellation/"))).fields["seen"]
    with failing("", ERRORS[0]):
        page = read(patient.post(address(visit, "cancellation/"), {"seen": seen}))
    assert page.heading == "We cannot do this right now"
    assert cast.practice.name not in page.text


def test_without_the_snapshot_the_visit_is_read_where_it_can_be(cast, patient):
    visit = cast.book()
    with failing('INSERT INTO "events_event"', ERRORS[0]):
        answer = patient.post(address(visit, "cancellation/"), {})
    assert (answer.status_code, read(answer).heading) == (503, "Your visit is still booked")


def test_a_page_that_only_reads_says_that_nothing_was_changed(cast, patient):
    visit = cast.book()
    with failing("scheduling_appointment", ERRORS[0]):
        answer = patient.get(address(visit))
    assert answer.status_code == 503
    assert "Nothing was changed." in read(answer).text
    assert answer.headers["Retry-After"] == "30"


@pytest.mark.parametrize("name", ["undo/", "release/"])
def test_a_failed_undo_or_release_changes_nothing(cast, patient, name):
    visit = cast.book()
    press_cancel(patient, visit)
    with failing('INSERT INTO "events_event"', ERRORS[1]):
        answer = patient.post(address(visit, name))
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "We cannot do this right now")
    assert "(212) 555-0142" in page.text
    assert (address(visit, "receipt/"), "Try again") in page.links
    assert status(visit) == "cancelled"
    assert patient.post(address(visit, "undo/")).status_code == 303


def test_a_receipt_that_cannot_be_written_hides_nothing(cast, patient):
    visit = cast.book()
    with failing('INSERT INTO "receipts_receipt"', ERRORS[1]):
        assert press_cancel(patient, visit).status_code == 303
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is cancelled"
    assert "It is being written." in page.text


@contextmanager
def failing_commit(code: str | int | None) -> Iterator[None]:
    """The COMMIT of the next press fails the way the driver reports it; whether it was made, nobody says."""

    def _commit(*_args: Any) -> None:
        raise OperationalError("lost") from driver_error(code)

    with patch.object(connection, "_commit", _commit):
        yield


def driver_error(code: str | int | None) -> Exception:
    error = Exception("private words") if is_postgresql() else sqlite3.OperationalError("private words")
    setattr(error, "sqlstate" if is_postgresql() else "sqlite_errorcode", code)
    return error


UNSURE = [None, "08006", "57P01", "40003"] if is_postgresql() else [None, 10, 4874]
REFUSED = ["40001", "53100", "23505"] if is_postgresql() else [5, 6, 13]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", UNSURE)
def test_a_commit_that_was_lost_sight_of_is_neither_one_nor_the_other(clock, sign_in, code):
    cast = make_cast(weeks=2)
    visit, client = cast.book(), sign_in(cast.patient_user)
    fields = read(client.get(address(visit, "cancellation/"))).fields
    with failing_commit(code):
        answer = client.post(address(visit, "cancellation/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "We do not know yet")
    assert page.refresh == f"10;url={address(visit, 'receipt/')}"
    assert page.fields["key"] == fields["key"]
    assert "cancelled" not in page.text.lower()
    assert "still booked" not in page.text.lower()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", REFUSED)
def test_a_commit_that_the_database_refused_changed_nothing(clock, sign_in, code):
    cast = make_cast(weeks=2)
    visit, client = cast.book(), sign_in(cast.patient_user)
    fields = read(client.get(address(visit, "cancellation/"))).fields
    with failing_commit(code):
        answer = client.post(address(visit, "cancellation/"), fields)
    assert (answer.status_code, read(answer).heading) == (503, "Your visit is still booked")
    assert status(visit) == "booked"
