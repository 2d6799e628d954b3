"""What a failing database means for the change: nothing was saved, or nobody knows."""

import sqlite3
from contextlib import closing
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection, connections, transaction

from freeslot.events.models import Heartbeat
from freeslot.scheduling.outcome import NotSaved, OutcomeUnknown, may_have_committed, telling_what_was_saved
from tests.events.cast import NOW


def _commit(cause: BaseException | None) -> None:
    """Named like the wrapper's own, through which an error of the COMMIT passes."""
    raise OperationalError("with what somebody typed") from cause


def _query(cause: BaseException | None) -> None:
    raise OperationalError("with what somebody typed") from cause


def error_of(act, cause: BaseException | None) -> OperationalError:
    with pytest.raises(OperationalError) as raised:
        act(cause)
    return raised.value


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = code, "SQLITE_IOERR"
    return error


def postgres_error(state: str | None) -> psycopg.OperationalError:
    return type("Refused", (psycopg.OperationalError,), {"sqlstate": state})("gone")


@pytest.mark.sqlite
@pytest.mark.parametrize(("code", "unsure"), [(5, False), (6, False), (13, False), (10, True)])
def test_on_sqlite_a_refused_commit_saved_nothing_and_a_broken_one_is_unknown(code, unsure):
    assert may_have_committed(error_of(_commit, sqlite_error(code))) is unsure
    assert may_have_committed(error_of(_query, sqlite_error(code))) is False


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("state", "unsure"),
    [(None, True), ("08006", True), ("57P01", True), ("40003", True), ("40001", False), ("23505", False)],
)
def test_on_postgresql_a_lost_connection_is_unknown_and_a_refusal_saved_nothing(state, unsure):
    assert may_have_committed(error_of(_commit, postgres_error(state))) is unsure
    assert may_have_committed(error_of(_query, postgres_error(state))) is False


@pytest.mark.django_db
@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
def test_an_error_before_the_commit_saved_nothing_and_its_words_are_not_passed_on(error):
    with pytest.raises(NotSaved, match=f"^{error.__name__}$"), telling_what_was_saved():
        raise error("with what somebody typed")


@pytest.mark.django_db(transaction=True)
def test_what_goes_well_is_left_alone():
    with telling_what_was_saved(), transaction.atomic():
        Heartbeat.objects.create(at=NOW)
    assert Heartbeat.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_commit_itself_leaves_it_unknown():
    wrapper = connections["default"]
    wrapper.ensure_connection()
    real, broken = wrapper.connection, wrapper.Database.OperationalError("connection lost")

    class Failing:
        def commit(self) -> None:
            raise broken

        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

    def write() -> None:
        with telling_what_was_saved(), transaction.atomic():
            Heartbeat.objects.create(at=NOW)
            wrapper.connection = Failing()

    try:
        with pytest.raises(OutcomeUnknown, match=r"^OperationalError$"):
            write()
    finally:
        wrapper.connection = real
        wrapper.close()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_locked_database_saved_nothing_and_says_its_code():
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 10")
        try:
            with pytest.raises(NotSaved, match=r"^SQLITE_BUSY$"), telling_what_was_saved(), transaction.atomic():
                pass
        finally:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 20000")
            other.execute("ROLLBACK")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_full_disk_saved_nothing():
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # an earlier test may have left pages that are free
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    try:
        with pytest.raises(NotSaved, match=r"^SQLITE_FULL$"), telling_what_was_saved(), transaction.atomic():
            Heartbeat.objects.bulk_create(Heartbeat(at=NOW) for _ in range(20_000))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert not Heartbeat.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_commit_that_did_not_wait_for_its_standby_is_unknown():
    def write() -> None:
        with telling_what_was_saved():
            for hear in list(connection.connection._notice_handlers):
                hear(Mock(source_function="SyncRepWaitForLSN"))

    with pytest.raises(OutcomeUnknown, match="SyncRepWaitForLSN"):
        write()
    assert not connection.connection._notice_handlers


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_any_other_warning_is_none_of_our_business():
    with telling_what_was_saved(), connection.cursor() as cursor:
        cursor.execute("DO $$ BEGIN RAISE WARNING 'hello'; END $$")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_server_that_ends_the_connection_before_the_commit_saved_nothing():
    def write() -> None:
        with telling_what_was_saved(), transaction.atomic():
            Heartbeat.objects.create(at=NOW)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    try:
        with pytest.raises(NotSaved):
            write()
    finally:
        connection.close()
    assert not Heartbeat.objects.exists()
