"""Links never die: whatever became of the visit, its link says what is so and where to go on."""

from datetime import timedelta

import pytest
from django.test import Client

from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.models.manage_link import LIVES_AFTER_VISIT
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.links import revoke_links
from tests.link.doors import address_of, alias, opened, prove, token_of
from tests.scheduling.acts import cancel, undo
from tests.visits.pages import address, press_cancel, read

NOWHERE = ["A" * 22, "x", "-", "A" * 21, "A" * 23, "A" * 5_000, "a b", "%00", "é" * 22, "A" * 22 + "/x", "../../etc"]


def reached(client: Client, token: str, **given: str):
    """The page one lands on after the proof."""
    answer = prove(client, token, **given)
    return answer.headers["Location"], read(client.get(answer.headers["Location"]))


def test_a_visit_that_was_moved_is_shown_at_its_new_time(cast):
    visit = cast.book()
    token, later = token_of(visit), timedelta(days=1)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=visit.starts_at + later, ends_at=visit.ends_at + later)
    at, page = reached(Client(), token)
    assert at == address(visit)
    moved = (visit.starts_at + later).astimezone(cast.practice.tz).isoformat()
    assert page.facts[0]["slot"] == moved


@pytest.mark.parametrize("then", ["visit", "cancel"])
def test_a_cancelled_visit_offers_undo_while_there_is_one(cast, then):
    visit = cast.book()
    token = token_of(visit)
    cancel(cast, visit.reference)
    at, page = reached(Client(), token, then=then)
    assert (at, page.heading) == (address(visit, "receipt/"), "Your visit is cancelled")
    assert "Undo" in " ".join(page.buttons)


def test_past_the_window_the_page_says_who_helps(cast, later):
    visit = cast.book()
    token = token_of(visit)
    cancel(cast, visit.reference)
    later(cast.now + timedelta(hours=1))
    at, page = reached(Client(), token)
    assert (at, page.heading) == (address(visit, "receipt/"), "Your visit is cancelled")
    assert "(212) 555-0142" in page.text
    assert not [button for button in page.buttons if button.startswith("Undo")]


def test_a_link_from_before_an_undo_shows_the_visit_as_booked(cast):
    visit = cast.book()
    token = token_of(visit)
    cancel(cast, visit.reference)
    undo(cast, visit.reference)
    at, page = reached(Client(), token)
    assert (at, page.facts[0]["status"]) == (address(visit), "booked")


@pytest.mark.parametrize("then", ["visit", "cancel"])
def test_a_visit_that_is_past_says_so(cast, later, then):
    visit = cast.book(days=1)
    token = token_of(visit)
    later(visit.ends_at + timedelta(days=30))
    _, page = reached(Client(), token, then=then)
    assert page.facts[0]["ref"] == visit.reference
    assert "Cancel this visit" not in page.buttons
    assert "(212) 555-0142" in page.text


def test_a_visit_one_is_checked_in_for_cannot_be_cancelled_here(cast, later):
    visit = cast.book(days=1)
    token = token_of(visit)
    later(visit.starts_at - timedelta(minutes=5))
    check_in(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=visit.starts_at - timedelta(minutes=5))
    at, page = reached(Client(), token, then="cancel")
    assert at.startswith(address(visit))
    assert page.facts[0]["status"] == "arrived"
    assert "Cancel this visit" not in page.buttons


def test_a_link_is_good_as_often_as_one_likes(cast):
    visit = cast.book()
    token = token_of(visit)
    assert [prove(Client(), token).status_code for _ in range(4)] == [303] * 4


def test_a_revoked_link_says_so_and_leads_on(cast):
    alias(cast)
    visit = cast.book()
    token = token_of(visit)
    revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    for answer in (Client().get(address_of(token)), prove(Client(), token)):
        page = read(answer)
        assert (answer.status_code, page.heading) == (410, "This link has ended")
        assert "switched it off" in page.text
        assert ("/find/", "Have a new link sent") in page.links
        assert "(212) 555-0142" in page.text
        assert cast.practice.name not in answer.content.decode()
    assert Client().get(address(visit)).status_code == 303


def test_the_page_of_an_ended_link_speaks_spanish_too(cast):
    visit = cast.book()
    token = token_of(visit)
    revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    answer = Client().post(address_of(token), {"language": "es"})
    assert answer.status_code == 410
    assert '<html lang="es"' in answer.content.decode()


def test_after_more_than_a_year_a_link_ends(cast, later):
    visit = cast.book()
    token, client = token_of(visit), Client()
    later(visit.ends_at + LIVES_AFTER_VISIT)
    assert client.get(address_of(token)).status_code == 200
    later(visit.ends_at + LIVES_AFTER_VISIT + timedelta(seconds=1))
    page = client.get(address_of(token))
    assert page.status_code == 410
    assert "more than a year ago" in read(page).text
    assert prove(client, token).status_code == 410


@pytest.mark.parametrize("token", NOWHERE)
def test_what_was_never_a_link_leads_to_a_new_one(db, token):
    for answer in (Client().get(f"/m/{token}/"), Client().post(f"/m/{token}/", {"birth_year": "1948"})):
        page = read(answer)
        assert (answer.status_code, page.heading) == (404, "This link leads nowhere")
        assert ("/find/", "Have a new link sent") in page.links


def test_a_link_whose_token_was_cut_off_leads_to_a_new_one(db):
    answer = Client().get("/m/")
    assert (answer.status_code, read(answer).heading) == (404, "This link leads nowhere")


@pytest.mark.parametrize("change", [str.upper, str.lower])
def test_capitals_matter(cast, change):
    assert Client().get(address_of(change(token_of(cast.book())))).status_code == 404


def test_a_link_never_opens_another_visit(cast):
    visit, other = cast.book(), cast.book(days=12)
    client = opened(visit)
    names = ("", "cancellation/", "receipt/", "receipt.json", "receipt.pdf", "visit.ics", "move/")
    for name in names:
        answer, unknown = client.get(address(other, name)), client.get(f"/appointments/FS-0000-0000/{name}")
        assert (answer.status_code, unknown.status_code) == (303, 303)
        assert answer.headers["Location"].startswith("/accounts/login/")
    assert client.post(address(other, "cancellation/"), {"confirm": "0", "key": "k"}).status_code == 303
    assert Appointment.objects.get(pk=other.pk).status == "booked"


def test_what_one_link_cancelled_another_shows_and_takes_back(cast):
    visit = cast.book()
    press_cancel(opened(visit), visit)
    client = Client()
    at, page = reached(client, token_of(visit))
    assert page.heading == "Your visit is cancelled"
    assert client.post(address(visit, "undo/")).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    assert at == address(visit, "receipt/")
