"""What a proxy and a monitor are told, in good days and bad."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from freeslot.config import health
from freeslot.events.models import Heartbeat
from freeslot.events.worker import beat
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db
ALL_WELL = {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.fixture(autouse=True)
def _look_again(monkeypatch):
    monkeypatch.setattr(health, "_found_migrated", False)


def answer(client):
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_it_is_alive_without_a_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"alive\n"


def test_it_is_ready_while_the_worker_beats(client):
    beat(now=timezone.now())

    assert answer(client) == (200, ALL_WELL)


def test_it_is_not_ready_without_a_worker(client):
    assert answer(client) == (503, ALL_WELL | {"worker": "not ok"})
    beat(now=timezone.now() - timedelta(seconds=31))
    assert answer(client) == (503, ALL_WELL | {"worker": "not ok"})


def test_that_it_is_not_ready_yet_is_an_answer_and_no_error(client, caplog):
    assert client.get("/readyz").status_code == 503
    assert caplog.messages == []


def test_it_is_not_ready_before_the_migrations(client, monkeypatch):
    beat(now=timezone.now())
    monkeypatch.setattr(health, "is_migrated", lambda: False)

    assert answer(client) == (503, ALL_WELL | {"migrations": "not ok"})


def test_migrations_are_looked_at_until_they_are_there_and_then_no_more(client, django_assert_max_num_queries):
    beat(now=timezone.now())
    assert answer(client) == (200, ALL_WELL)

    with django_assert_max_num_queries(2):
        assert answer(client) == (200, ALL_WELL)


def test_a_database_that_is_gone_is_said(client, monkeypatch):
    def fail():
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(connection, "cursor", fail)

    assert answer(client) == (503, {"database": "unreachable", "migrations": "unreachable", "worker": "unreachable"})


def test_the_metrics_count_what_waits_and_name_nobody(client):
    now = timezone.now()
    cast = make_cast(now=now - timedelta(seconds=90))
    visit = cast.book()
    Heartbeat.objects.create(pk=1, at=now - timedelta(seconds=7))

    text = client.get("/metrics").content.decode()

    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert values['freeslot_waiting{queue="events.event"}'] == "1"
    assert 90 <= float(values['freeslot_oldest_waiting_seconds{queue="events.event"}']) < 120
    assert 7 <= float(values["freeslot_worker_heartbeat_seconds"]) < 30
    assert visit.reference not in text
    assert cast.practice.slug not in text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_the_answers_are_never_kept_and_only_read(client, path):
    assert "no-store" in client.get(path).headers["Cache-Control"]
    assert client.post(path).status_code == 405
