"""What a page and a press cost: statements, bytes, requests."""

import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.receipts.issue import receipt_for
from freeslot.web.stylesheet import stylesheet
from tests.visits.pages import address, press_cancel, read

BOUNDS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
MOST_BYTES, MOST_REQUESTS = 30_000, 3


def statements(queries: CaptureQueriesContext) -> list[str]:
    """Without the session's own and the transaction's bounds."""
    found = [query["sql"].strip() for query in queries.captured_queries]
    return [
        sql
        for sql in found
        if "django_session" not in sql and not sql.startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"))
    ]


def test_a_cancel_takes_at_most_ten_statements(cast, patient):
    warm = cast.book(days=2)
    press_cancel(patient, warm)
    visit = cast.book(days=9)
    receipt_for(Event.objects.get(subject_id=visit.pk))
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    with CaptureQueriesContext(connection) as queries:
        assert patient.post(address(visit, "cancellation/"), fields).status_code == 303
    assert len(statements(queries)) <= 10, "\n".join(x[:150] for x in statements(queries))


def test_every_page_of_a_visit_takes_at_most_six(cast, patient):
    visit = cast.book(days=5)
    cast.book(days=6)
    press_cancel(patient, visit, which=visit.reference)
    while handle_due_events(now=cast.now):
        pass
    for name in ("", "cancellation/", "move/", "receipt/", "receipt.json", "visit.ics"):
        with CaptureQueriesContext(connection) as queries:
            assert patient.get(address(visit, name)).status_code == 200
        assert len(queries) <= 6, "\n".join(x["sql"][:150] for x in queries)


def test_the_cancel_page_is_light(cast, patient):
    visit = cast.book(days=0)
    page = patient.get(address(visit, "cancellation/")).content
    css = stylesheet(cast.practice.brand).body
    assert len(page) + len(css) <= MOST_BYTES
    asked_for = re.findall(rb'<(?:link rel="stylesheet"|script|img|iframe)[^>]*(?:href|src)="/', page)
    assert 1 + len(asked_for) <= MOST_REQUESTS
