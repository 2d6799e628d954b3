"""Reading a link changes nothing: no row, and not one statement that writes."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.doors.link.hits import write_hits
from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.links import revoke_links
from tests.link.doors import address_of, guess, link_of, opened, token_of
from tests.visits.pages import address

READS = ("get", "head", "options")
# What only looks, and what bounds a transaction.
HARMLESS = ("SELECT", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")


def everything() -> dict[str, list[str]]:
    """Every row of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table of ours
            found[table] = sorted(str(row) for row in cursor.fetchall())
    return found


def read_by_all(client: Client, *addresses: str) -> None:
    for each in addresses:
        for method in READS:
            getattr(client, method)(each)


def test_no_read_of_a_link_changes_a_row(cast):
    visit, revoked = cast.book(), cast.book(days=12)
    tokens = [token_of(visit), token_of(revoked), "A" * 22]
    revoke_links(ref=revoked.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        for token in tokens:
            read_by_all(Client(), address_of(token), f"/m/{token}", f"/m/{token}.")
        read_by_all(Client(), "/m/", "/m/close/", "/find/", f"/find/?reference={visit.reference}")
    assert everything() == before
    assert [each["sql"] for each in queries if not each["sql"].lstrip().startswith(HARMLESS)] == []


def test_nor_does_one_after_wrong_answers_or_with_an_open_visit(cast):
    visit = cast.book()
    token, guessing, proved = token_of(visit), Client(), opened(visit)
    for _ in range(5):
        guess(guessing, token)
    names = ("", "cancellation/", "receipt/", "undo/", "release/", "resend/", "move/", "visit.ics")
    before = everything()
    with CaptureQueriesContext(connection) as queries:
        read_by_all(guessing, address_of(token))
        read_by_all(proved, address_of(token), "/appointments/", *(address(visit, name) for name in names))
    assert everything() == before
    assert [each["sql"] for each in queries if not each["sql"].lstrip().startswith(HARMLESS)] == []


def test_only_reading_is_counted_and_only_afterwards(cast):
    token, client = token_of(cast.book()), Client()
    read_by_all(client, address_of(token))
    guess(client, token)
    assert link_of(token).opened == 0
    assert write_hits(now=cast.now) == 2
    assert (link_of(token).opened, link_of(token).opened_at) == (2, cast.now)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(cast, method):
    token = token_of(cast.book())
    before = everything()
    for each in (address_of(token), "/m/", "/m/close/", "/find/"):
        assert getattr(Client(), method)(each).status_code == 405
    assert everything() == before


def test_asking_what_may_be_asked_tells_nothing(cast):
    answers = [Client().options(address_of(token)) for token in (token_of(cast.book()), "A" * 22)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[0].headers == answers[1].headers
