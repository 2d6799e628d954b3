"""The log names the route of a page, never its address, which may hold a reference or a right."""

import logging
import logging.config
import sys

import pytest
from django.test import Client

from freeslot.config import settings as own
from freeslot.web.logs import UNKNOWN, RouteForAddress, WithoutDetail

REFUSED = "/appointments/FS-7K3M-92QD/cancellation/"


@pytest.fixture
def records():
    """What the product's own handler would write."""
    kept: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(record.getMessage())

    keeper = Keeper()
    keeper.addFilter(RouteForAddress())
    logging.getLogger().addHandler(keeper)
    yield kept
    logging.getLogger().removeHandler(keeper)


@pytest.mark.django_db
def test_a_press_without_its_token_is_logged_by_its_route(records):
    assert Client(enforce_csrf_checks=True).post(REFUSED).status_code == 403
    assert records == ["Forbidden (CSRF cookie not set.): /appointments/<str:ref>/cancellation/"]


def test_an_address_that_leads_nowhere_is_not_repeated(rf):
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Not Found", "/m/secret/"), None)
    record.request = rf.get("/m/secret/")
    assert RouteForAddress().filter(record)
    assert record.getMessage() == f"Not Found: {UNKNOWN}"


def test_other_records_stay_as_they_are():
    record = logging.LogRecord("freeslot", logging.ERROR, "", 0, "The database failed: %s", ("08006",), None)
    assert RouteForAddress().filter(record)
    assert record.getMessage() == "The database failed: 08006"


def fail(words: str) -> None:
    raise ValueError(words)


def test_a_row_that_the_database_quotes_is_left_out():
    quoting = [
        "null value in column\nDETAIL:  Failing row contains (17, I feel\n\nvery ill).\n",
        "it failed\nDETAIL:  Key (email)=(m@example.org) exists.",
    ]
    try:
        try:
            fail(quoting[0])
        except ValueError:
            fail(quoting[1])
    except ValueError:
        written = WithoutDetail().formatException(sys.exc_info())
    assert [part for part in ("I feel", "very ill", "m@example.org") if part in written] == []
    assert ("null value in column\n" in written, written.count("Traceback")) == (True, 2)


@pytest.mark.django_db
def test_a_host_that_is_not_served_is_one_line(caplog, settings):
    settings.ALLOWED_HOSTS = ["visits.example"]
    assert Client().get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    assert [(record.name, record.exc_info) for record in caplog.records] == [
        ("django.security.DisallowedHost", None),
    ]


def test_maintenance_is_no_news(caplog, settings):
    settings.MAINTENANCE = True
    assert Client().get("/").status_code == 503
    assert caplog.records == []


def test_the_products_own_handler_has_both():
    handler = own.LOGGING["handlers"]["stderr"]
    assert handler["filters"] == ["route_for_address"]
    assert own.LOGGING["filters"]["route_for_address"]["()"] == "freeslot.web.logs.RouteForAddress"
    assert own.LOGGING["formatters"][handler["formatter"]]["class"] == "freeslot.web.logs.WithoutDetail"
