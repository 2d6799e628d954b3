"""Reads of links are counted beside the request: bounded, together, and never at the price of a page."""

from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.audit.models import AuditRow
from freeslot.doors.link import hits
from freeslot.doors.link.hits import AT_ONCE, count_hit, write_hits
from freeslot.scheduling.models import ManageLink
from tests.link.doors import address_of, link_of, token_of
from tests.support.at_once import at_once
from tests.support.cast import make_cast


@pytest.fixture
def broken(monkeypatch):
    def fail(*_given: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(hits, "_write", fail)
        yield patch


def test_a_thousand_reads_are_two_statements_and_one_row(cast):
    token = token_of(cast.book())
    link = link_of(token)
    for _ in range(1000):
        count_hit(link)
    with CaptureQueriesContext(connection) as queries:
        assert write_hits(now=cast.now) == 1000
    assert len([each for each in queries if each["sql"].startswith(("UPDATE", "INSERT"))]) == 2
    row = AuditRow.objects.get(action="link.opened")
    assert (link_of(token).opened, row.detail["times"], row.actor_kind, row.door) == (1000, 1000, "unknown", "link")


def test_counts_add_up_over_several_writings(cast):
    visit = cast.book()
    token, other = token_of(visit), token_of(visit)
    for each in (token, token, other):
        Client().get(address_of(each))
    assert write_hits(now=cast.now) == 3
    Client().get(address_of(token))
    assert [write_hits(now=cast.now), write_hits(now=cast.now)] == [1, 0]
    assert [link_of(each).opened for each in (token, other)] == [3, 1]


def test_an_unknown_token_counts_for_nothing(db):
    Client().get(address_of("A" * 22))
    assert not hits._waiting


def test_what_cannot_be_written_waits_on(cast, broken, caplog):
    token = token_of(cast.book())
    Client().get(address_of(token))
    assert write_hits(now=cast.now) == 0
    Client().get(address_of(token))
    broken.undo()
    assert write_hits(now=cast.now) == 2
    assert link_of(token).opened == 2
    assert caplog.messages == ["The reads of links wait to be counted: OperationalError"]


def test_many_links_are_written_a_few_at_a_time(cast, monkeypatch):
    """Whoever presses Cancel meanwhile waits for one handful; what was written stays so when a later one fails."""
    visit = cast.book()
    tokens = [token_of(visit) for _ in range(AT_ONCE + 5)]
    for token in tokens:
        count_hit(link_of(token))
    real, done = hits._write, []

    def fails_at_the_end(seen, count, now):
        done.append(seen)
        if len(done) > AT_ONCE:
            raise OperationalError
        real(seen, count, now)

    with monkeypatch.context() as patch:
        patch.setattr(hits, "_write", fails_at_the_end)
        assert write_hits(now=cast.now) == AT_ONCE
    assert sorted(seen.link_id for seen in done) == [seen.link_id for seen in done]
    assert len(hits._waiting) == 5
    assert write_hits(now=cast.now) == 5
    assert set(ManageLink.objects.values_list("opened", flat=True)) == {1}


def test_no_more_links_than_fit_are_remembered(cast, monkeypatch):
    monkeypatch.setattr(hits, "MOST_LINKS", 2)
    visit = cast.book()
    tokens = [token_of(visit) for _ in range(3)]
    for token in (*tokens, tokens[0]):
        count_hit(link_of(token))
    assert write_hits(now=cast.now) == 3
    assert [link_of(token).opened for token in tokens] == [2, 1, 0]


def test_a_process_that_serves_no_pages_starts_no_thread(cast):
    Client().get(address_of(token_of(cast.book())))
    assert hits._thread is None


@pytest.mark.django_db(transaction=True)
def test_a_serving_process_writes_every_few_seconds_by_itself(clock, monkeypatch):
    token = token_of(make_cast(weeks=1).book(days=1))
    written = Barrier(2, timeout=20)
    real = hits.write_hits

    def told(**given: Any) -> int:
        count = real(**given)
        written.wait()
        return count

    monkeypatch.setattr(hits, "SECONDS_BETWEEN_WRITES", 0.05)
    monkeypatch.setattr(hits, "write_hits", told)
    monkeypatch.setattr(hits, "_is_server", True)
    monkeypatch.setattr(hits, "_thread", None)
    try:
        Client().get(address_of(token))
        thread = hits._thread
        written.wait()
    finally:
        hits._stop.set()
        thread.join(timeout=30)
        hits._stop.clear()
    assert link_of(token).opened == 1


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_process_writes_what_waits(clock):
    token = token_of(make_cast(weeks=1).book(days=1))
    count_hit(link_of(token))
    try:
        hits._end()
    finally:
        hits._stop.clear()
    assert link_of(token).opened == 1
    hits._end()
    hits._stop.clear()
    assert link_of(token).opened == 1


def test_only_the_web_application_writes_from_where_it_is(monkeypatch):
    asked = []
    monkeypatch.setattr(hits.atexit, "register", asked.append)
    hits.write_from_here()
    assert (hits._is_server, asked) == (True, [hits._end])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_reads_and_writings_at_once_lose_and_double_none(clock):
    token = token_of(make_cast(weeks=1).book(days=1))
    link = link_of(token)

    def read() -> None:
        for _ in range(200):
            count_hit(link)

    def write() -> None:
        for _ in range(10):
            write_hits(now=link.given_at)

    at_once(read, read, write, write)
    write_hits(now=link.given_at)
    assert link_of(token).opened == 400
