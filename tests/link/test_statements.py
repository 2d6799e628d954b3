"""What the link door costs beside the portal: at most two statements more."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.events.outbox import handle_due_events
from tests.link.doors import address_of, opened, token_of
from tests.visits.pages import address, press_cancel, read
from tests.visits.test_statements import statements

MORE = 2


def cost(press) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = press()
    assert answer.status_code in {200, 303}
    return len(statements(queries))


def warm(cast, patient) -> None:
    """What a process reads once is read by now."""
    for client in (patient, opened(cast.book(days=2))):
        visit = cast.book(days=12)
        press_cancel(client if client is patient else opened(visit), visit)
    while handle_due_events(now=cast.now):
        pass


def test_the_link_page_costs_no_more_than_the_portals_page_of_the_visit(cast, patient):
    warm(cast, patient)
    visit = cast.book(days=4)
    token = token_of(visit)
    portal = cost(lambda: patient.get(address(visit)))
    assert cost(lambda: Client().get(address_of(token))) <= portal
    proved = opened(visit)
    assert cost(lambda: proved.get(address_of(token))) <= portal


def test_the_visits_pages_cost_at_most_two_more(cast, patient):
    warm(cast, patient)
    visit = cast.book(days=4)
    cast.book(days=5)
    client = opened(visit)
    for name in ("", "cancellation/", "receipt/", "move/", "receipt.json", "visit.ics"):
        while handle_due_events(now=cast.now):
            pass
        portal = cost(lambda name=name: patient.get(address(visit, name)))
        assert cost(lambda name=name: client.get(address(visit, name))) <= portal + MORE, name


def test_a_cancel_costs_at_most_two_more(cast, patient):
    warm(cast, patient)
    visit, same = cast.book(days=9), cast.book(days=16)
    client = opened(same)
    while handle_due_events(now=cast.now):
        pass
    forms = [read(by.get(address(each, "cancellation/"))).fields for by, each in ((patient, visit), (client, same))]
    portal = cost(lambda: patient.post(address(visit, "cancellation/"), forms[0]))
    link = cost(lambda: client.post(address(same, "cancellation/"), forms[1]))
    assert link <= portal + MORE
