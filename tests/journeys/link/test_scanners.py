"""Machines read the mail before the patient does: whatever they press, the visit stands and the patient comes in."""

import math
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from freeslot.doors.link.hits import write_hits
from freeslot.doors.link.models import Slowdown
from freeslot.doors.link.slowdown import FIRST_WAIT, FREE_TRIES
from freeslot.patients.proof import FITS
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, LinkCode, ManageLink
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.tokens import hash_of
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import BIRTH_YEAR, give_proof, newest_code, newest_link, token_of
from tests.journeys.link.scanning import Machine, Shape, shapes
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, wait_until_loaded
from tests.support.cast import Cast
from tests.walk.reading import rows

pytestmark = pytest.mark.journey

# Those that differ most; the others are much like them and take their time.
QUICK = {"head", "previewer", "two-answers"}
PLAIN = [
    pytest.param(shape, marks=() if shape.name in QUICK else pytest.mark.long, id=shape.name)
    for shape in shapes()
    if not shape.browses
]
BROWSING = [shape for shape in shapes() if shape.browses]


def name_of(shape: Shape) -> str:
    return shape.name


def booked_and_cancelled(cast: Cast, work: Work) -> list[Appointment]:
    visits = [cast.book(days=7), cast.book(days=9)]
    cancel_appointment(
        ref=visits[1].reference, actor=cast.patient_actor, door=Door.PORTAL, reason="", note="", accepted_fee=0,
        idempotency_key="", now=datetime.now(UTC),
    )  # fmt: skip
    work()
    return visits


def scan(
    shape: Shape, visits: list[Appointment], mailbox: Mailbox, open_page: OpenPage, *, quick: bool = False
) -> list[Machine]:
    """All of the shape at each visit's link; then nothing but what it may move has moved, and nothing of a visit."""
    before = rows()
    machines = [Machine(newest_link(mailbox, visit), visit.reference) for visit in visits]
    for machine in machines:
        machine.play(shape, open_page, quick=quick)
    after = rows()
    assert {table for table in after if after[table] != before[table]} <= set(shape.moves)
    for visit in visits:
        assert history(after, visit) == history(before, visit)
    return machines


def history(tables: dict[str, list[dict[str, Any]]], visit: Appointment) -> list[dict[str, Any]]:
    return [event for event in tables["events.Event"] if event["subject_id"] == visit.pk]


def reads_counted(mailbox: Mailbox, visit: Appointment) -> int:
    write_hits(now=datetime.now(UTC))
    return ManageLink.objects.get(token_hash=hash_of(token_of(newest_link(mailbox, visit)))).opened


def comes_in_after_all(page: Page, visit: Appointment, mailbox: Mailbox, work: Work) -> None:
    """By what they know; where tries have to wait, by a code, a minute after the machine may have asked for one."""
    page.goto(newest_link(mailbox, visit))
    give_proof(page)
    wait_until_loaded(page)
    if page.get_by_role("alert").count():
        earlier = timedelta(minutes=2)
        LinkCode.objects.update(asked_at=F("asked_at") - earlier, expires_at=F("expires_at") - earlier)
        page.locator("button[name=send]").click()
        work()
        page.get_by_label("Code").fill(newest_code(mailbox, visit))
        page.get_by_role("button", name="Use this code").click()
    expect(page.locator(f"[data-ref='{visit.reference}']").first).to_be_visible()


@pytest.mark.parametrize("shape", PLAIN)
def test_a_visit_stands_whatever_asks_at_its_link(
    shape: Shape, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visits = booked_and_cancelled(new_cast(), work)
    scan(shape, visits, mailbox, open_page)
    reads = sum(step.get("times", 1) for step in shape.steps if step["method"] in {"GET", "HEAD"})
    assert all((reads_counted(mailbox, visit) > 0) == (reads > 0) for visit in visits)
    comes_in_after_all(open_page(scripts=False), visits[0], mailbox, work)


@pytest.mark.parametrize("shape", BROWSING, ids=name_of)
@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_a_visit_stands_whatever_a_browser_presses(
    quick: bool, shape: Shape, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visits = booked_and_cancelled(new_cast(), work)[: 1 if quick else 2]
    machines = scan(shape, visits, mailbox, open_page, quick=quick)
    assert [machine.presses >= len(shape.guesses) / 2 for machine in machines] == [True] * len(visits)
    for visit in visits:
        comes_in_after_all(open_page(scripts=False), visit, mailbox, work)


def test_the_run_notices_a_machine_that_does_harm(
    open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    press = {"do": "ask", "method": "POST", "keeps_cookies": True, "follows": True}
    knowing = [
        {"do": "ask", "method": "GET", "keeps_cookies": True},
        press | {"form": {"birth_year": BIRTH_YEAR, "then": "cancel"}},
        press | {"at": "{site}/appointments/{reference}/cancellation/", "form": {"confirm": "0", "key": "one"}},
    ]
    tables = ["scheduling.Appointment", "scheduling.Slot", "audit.AuditRow", "scheduling.ManageLink"]
    with pytest.raises(AssertionError):
        scan(Shape("knowing", "Knows the year.", tables, knowing), [visit], mailbox, open_page)
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"


def test_no_stored_shape_knows_the_proof_by_luck(new_cast: MakeCast) -> None:
    patient, today = new_cast().patient, datetime.now(UTC).date()
    typed = {guess for shape in shapes() for guess in shape.guesses}
    assert [guess for guess in typed if any(fits(patient, guess, today) for fits in FITS.values())] == []


def test_a_machine_that_goes_through_the_years_has_few_of_them_judged(
    open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    machine = Machine(newest_link(mailbox, visit), visit.reference)
    begun = time.monotonic()
    machine.ask({"method": "GET", "keeps_cookies": True})
    years = [*range(1900, 1930), int(BIRTH_YEAR), *range(1990, 2000)]
    for year in years:
        form = {"birth_year": str(year), "then": "visit"}
        machine.ask({"method": "POST", "keeps_cookies": True, "form": form})
    waits = (time.monotonic() - begun) / FIRST_WAIT.total_seconds()
    most = FREE_TRIES["link"] + math.ceil(math.log2(waits + 1))
    assert machine.answers.count(422) <= most
    assert machine.answers.count(422) + machine.answers.count(429) == len(years), "the right year was not judged"
    assert sum(Slowdown.objects.filter(key__startswith="link ").values_list("wrong", flat=True)) <= most
    comes_in_after_all(open_page(scripts=False), visit, mailbox, work)
