"""What a hand does with a link: scripts off on a small phone, by keys alone, too late, in Spanish, for two patients."""

import re

import pytest
from playwright.sync_api import Page, expect

from freeslot.events.models import Event
from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.book import book_appointment
from tests.journeys.conftest import MakeCast, Work
from tests.journeys.link.coming_in import BIRTH_YEAR, come_in, give_proof, newest_link
from tests.journeys.link.sessions import let_the_session_end
from tests.messages.mailserver import Mailbox
from tests.support.browser import OpenPage, wait_until_loaded
from tests.support.cast import Cast, make_patient

pytestmark = pytest.mark.journey

SMALL = {"width": 320, "height": 568}
NOTE = "My knee is well again"


def headed(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def tab_to(page: Page, selector: str) -> None:
    """By the key alone; what has the focus can be seen."""
    wait_until_loaded(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", selector
            return
    raise AssertionError(f"no way to {selector} by keyboard")


def test_the_whole_way_goes_with_scripts_off_on_a_small_phone(
    open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    page = open_page(scripts=False, viewport=SMALL)
    page.goto(newest_link(mailbox, visit))
    give_proof(page, then="Go straight to cancelling it")
    page.get_by_role("button", name="Cancel this visit").click()
    headed(page, "Your visit is cancelled")
    work()
    of_the_cancel = newest_link(mailbox, visit)
    page.goto(of_the_cancel)
    headed(page, "Your visit is cancelled")
    page.get_by_role("button", name="Undo").click()
    headed(page, "Your visit is booked")
    elsewhere = open_page(scripts=False, viewport=SMALL)
    elsewhere.goto(of_the_cancel)
    headed(elsewhere, "One small question first")
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_the_whole_way_goes_by_keyboard(open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work) -> None:
    visit = new_cast().book()
    work()
    page = open_page(phone=False)
    page.goto(newest_link(mailbox, visit))
    tab_to(page, "[name=birth_year]")
    page.keyboard.type(BIRTH_YEAR)
    tab_to(page, "[name=then][value=cancel]")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/cancellation/$"))
    tab_to(page, "form[action$='/cancellation/'] button")
    page.keyboard.press("Enter")
    headed(page, "Your visit is cancelled")


def is_spanish(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("main")).not_to_contain_text(re.compile(r"\b(the|your|you|visit)\b"))


@pytest.mark.long
def test_it_is_spanish_from_the_proof_on_for_who_chooses_so(
    open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    link = newest_link(mailbox, visit)
    page = open_page(scripts=False)
    page.goto(link)
    page.get_by_role("button", name="Español").click()
    expect(page).to_have_url(link)
    is_spanish(page)
    for typed in ("1950", BIRTH_YEAR):
        page.locator("[name=birth_year]").fill(typed)
        page.locator("[name=then][value=cancel]").click()
        is_spanish(page)
    page.get_by_role("button", name="Cancelar").click()
    is_spanish(page)
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"


@pytest.mark.parametrize("scripts", [False, pytest.param(True, marks=pytest.mark.long)])
def test_what_was_typed_outlives_the_session_and_the_press_counts_once(
    scripts: bool, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    visit = new_cast().book()
    work()
    page = open_page(scripts=scripts)
    page.goto(newest_link(mailbox, visit))
    give_proof(page, then="Go straight to cancelling it")
    page.locator("summary", has_text="note").click()
    page.locator("[name=note]").fill(NOTE)
    let_the_session_end(page)
    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name="Cancel this visit").click()
    assert answer.value.status == 403
    expect(page.locator("main")).to_contain_text("Nothing was changed by your press")
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    page.get_by_label("Year of birth").fill(BIRTH_YEAR)
    page.get_by_role("button", name="Open my visit").click()
    expect(page).to_have_url(re.compile(f"{visit.reference}/cancellation/$"))
    expect(page.locator("[name=note]")).to_have_value(NOTE)
    page.get_by_role("button", name="Cancel this visit").click()
    headed(page, "Your visit is cancelled")
    now = Appointment.objects.get(pk=visit.pk)
    assert (now.status, now.note) == ("cancelled", NOTE)
    assert Event.objects.filter(subject_id=visit.pk, kind="appointment.cancelled").count() == 1


@pytest.mark.long
def test_two_patients_with_one_address_are_not_mixed(
    live_server, open_page: OpenPage, new_cast: MakeCast, mailbox: Mailbox, work: Work
) -> None:
    cast = new_cast()
    mine, theirs = cast.book(), book_for_a_sister(cast)
    work()
    page = open_page(scripts=False)
    page.goto(newest_link(mailbox, theirs))
    give_proof(page)
    headed(page, "One small question first")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed")
    come_in(page, newest_link(mailbox, mine))
    expect(page.locator("main")).to_contain_text("Maria")
    expect(page.locator("body")).not_to_contain_text("Rosa")
    for address in (f"/appointments/{theirs.reference}/", f"/appointments/{theirs.reference}/cancellation/"):
        page.goto(live_server.url + address)
        expect(page.locator("body")).not_to_contain_text("Rosa")
    page.goto(newest_link(mailbox, theirs))
    headed(page, "One small question first")


def book_for_a_sister(cast: Cast) -> Appointment:
    sister = make_patient(cast.practice, given_name="Rosa", email=cast.patient.contacts.get().value)
    sister.birth_date = sister.birth_date.replace(year=1951)
    sister.save()
    free = cast.schedule.slots.filter(status="free", starts_at__gt=cast.now).order_by("-starts_at")[:1]
    booked = book_appointment(
        patient=sister, visit_type=cast.visit_type, slot_ids=[slot.pk for slot in free], actor=SYSTEM,
        door=Door.PORTAL, now=cast.now,
    )  # fmt: skip
    return Appointment.objects.for_pages().get(reference=booked.reference)
