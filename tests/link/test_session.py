"""The short session behind a proof: for half an hour after the last press, and no longer."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from freeslot.doors.link.session import LASTS, LONGEST, MOST_VISITS
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, IdempotencyRow, ManageLink
from freeslot.scheduling.operations.links import revoke_links
from tests.link.doors import address_of, ask, guess, newest_code, opened, prove, token_of
from tests.visits.pages import address, press_cancel, read

SECOND = timedelta(seconds=1)
CALL = "Trouble? Call (212) 555-0142"


def again(client: Client, page, **given: str):
    """The proof on the page that says the time is over."""
    fields = {name: page.fields[name] for name in ("ref", "next") if name in page.fields}
    return client.post("/m/", fields | {"birth_year": "1948", "then": "visit"} | given)


def test_after_half_an_hour_the_page_asks_once_more_right_there(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS - SECOND)
    assert client.get(address(visit)).status_code == 200
    later(cast.now + LASTS)
    answer = client.get(address(visit))
    page = read(answer)
    assert (answer.status_code, page.heading) == (403, "Open your link again, or have a new one sent")
    assert ("/find/", "Have a new link sent") in page.links
    assert page.facts == []
    assert again(client, page).headers["Location"] == address(visit)
    assert client.get(address(visit)).status_code == 200


def test_what_was_written_survives_the_end_and_the_press_works_then(cast, later):
    visit = cast.book()
    client = opened(visit)
    form = read(client.get(address(visit, "cancellation/"))).fields
    later(cast.now + LASTS)
    over = client.post(address(visit, "cancellation/"), form | {"note": "I have a cold", "reason": "ill"})
    page = read(over)
    assert over.status_code == 403
    assert "Nothing was changed by your press. What you had written is kept." in page.text
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    answer = again(client, page)
    assert answer.headers["Location"] == address(visit, "cancellation/")
    back = client.get(address(visit, "cancellation/"))
    assert read(back).fields["note"] == "I have a cold"
    assert '<option value="ill" selected>' in back.content.decode()
    press_cancel(client, visit, note="I have a cold", reason="ill")
    cancelled = Appointment.objects.get(pk=visit.pk)
    assert (cancelled.status, cancelled.note) == ("cancelled", "I have a cold")


def test_a_wrong_answer_there_keeps_it_too(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS)
    page = read(client.post(address(visit, "cancellation/"), {"note": "kept", "confirm": "0", "key": "k"}))
    wrong = again(client, page, birth_year="1950")
    assert wrong.status_code == 422
    assert again(client, read(wrong)).headers["Location"] == address(visit, "cancellation/")
    assert read(client.get(address(visit, "cancellation/"))).fields["note"] == "kept"


def test_the_page_after_the_end_takes_a_code_as_well(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS)
    page = read(client.get(address(visit, "cancellation/")))
    fields = {name: page.fields[name] for name in ("ref", "next")}
    sent = client.post("/m/", fields | {"send": "code"})
    assert sent.status_code == 200
    answer = client.post("/m/", fields | {"code": newest_code(visit)})
    assert answer.headers["Location"] == address(visit, "cancellation/")


def test_the_page_after_the_end_is_there_in_spanish(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS)
    answer = client.post("/m/", {"language": "es", "ref": visit.reference, "next": address(visit)})
    assert '<html lang="es"' in answer.content.decode()
    assert read(answer).fields["next"] == address(visit)


def test_an_undo_that_comes_too_late_leads_back_to_the_receipt(cast, later):
    visit = cast.book()
    client = opened(visit)
    press_cancel(client, visit)
    later(cast.now + LASTS)
    page = read(client.post(address(visit, "undo/")))
    assert page.fields["next"] == address(visit, "receipt/")
    assert again(client, page).headers["Location"] == address(visit, "receipt/")


def test_each_press_begins_the_half_hour_anew(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS - SECOND)
    press_cancel(client, visit)
    later(cast.now + LASTS + timedelta(minutes=5))
    assert client.post(address(visit, "undo/")).status_code == 303
    assert Appointment.objects.get(pk=visit.pk).status == "booked"


def test_looking_does_not(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS - SECOND)
    assert client.get(address(visit)).status_code == 200
    later(cast.now + LASTS)
    assert client.get(address(visit)).status_code == 403


def test_after_four_hours_it_ends_however_often_one_presses(cast, later):
    visit, moment = cast.book(), cast.now
    client = opened(visit)
    while moment < cast.now + LONGEST - LASTS:
        moment += LASTS - SECOND
        later(moment)
        assert client.post(address(visit, "cancellation/"), {"look": "1"}).status_code == 200
    later(cast.now + LONGEST)
    assert client.get(address(visit)).status_code == 403


def test_the_foot_of_the_page_says_until_when(cast):
    page = read(opened(visit := cast.book()).get(address(visit)))
    assert "Open here until 4:30 pm (New York time)" in page.text
    assert "Close this visit" in page.buttons


def test_a_clock_that_was_set_back_ends_it(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now - timedelta(minutes=2))
    assert client.get(address(visit)).status_code == 403


def test_revoking_the_links_ends_what_they_had_opened(cast):
    visit, other = cast.book(), cast.book(days=12)
    client = opened(visit)
    prove(client, token_of(other))
    revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    answer = client.get(address(visit))
    assert answer.status_code == 403
    assert "birth_year" not in read(answer).fields
    assert CALL in read(answer).text
    pressed = client.post("/m/", {"ref": visit.reference, "birth_year": "1948"})
    assert (pressed.status_code, CALL in read(pressed).text) == (403, True)
    assert client.get(address(other)).status_code == 200


def test_a_link_that_came_after_the_revoking_opens_it_again(cast, later):
    visit = cast.book()
    client = opened(visit)
    revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    later(cast.now + SECOND)
    prove(client, token_of(visit))
    assert client.get(address(visit)).status_code == 200


def test_closing_ends_all_of_it_at_once(cast):
    visit, other = cast.book(), cast.book(days=12)
    client = opened(visit)
    prove(client, token_of(other))
    before = client.session.session_key
    answer = client.post("/m/close/")
    assert (answer.status_code, read(answer).heading) == (200, "Closed on this device")
    assert [client.get(address(each)).status_code for each in (visit, other)] == [303, 303]
    assert client.session.session_key != before


def test_closing_forgets_what_was_written(cast, later):
    visit = cast.book()
    client = opened(visit)
    later(cast.now + LASTS)
    client.post(address(visit, "cancellation/"), {"note": "mine"})
    client.post("/m/close/")
    prove(client, token_of(visit))
    assert read(client.get(address(visit, "cancellation/"))).fields["note"] == ""


def test_the_address_of_closing_is_no_page(cast):
    assert opened(cast.book()).get("/m/close/").headers["Location"] == "/find/"


def test_two_visits_are_open_beside_each_other_each_for_its_time(cast, later):
    visit, other = cast.book(), cast.book(days=12)
    client = opened(visit)
    later(cast.now + timedelta(minutes=20))
    prove(client, token_of(other))
    listed = client.get("/appointments/").content.decode()
    assert visit.reference in listed
    assert other.reference in listed
    later(cast.now + LASTS)
    assert [client.get(address(each)).status_code for each in (visit, other)] == [403, 200]
    assert visit.reference not in client.get("/appointments/").content.decode()


def test_the_list_shows_what_is_open_and_nothing_else(cast, later):
    visit, other = cast.book(), cast.book(days=12)
    client = opened(visit)
    listed = client.get("/appointments/").content.decode()
    assert (visit.reference in listed, other.reference in listed) == (True, False)
    later(cast.now + LASTS)
    assert client.get("/appointments/").status_code == 403


def test_one_browser_holds_a_score_of_visits_and_lets_the_oldest_go(cast):
    client, visits = Client(), [cast.book(days=day % 14) for day in range(MOST_VISITS + 1)]
    for visit in visits:
        assert prove(client, token_of(visit)).status_code == 303
    assert client.get(address(visits[0])).status_code == 303
    assert client.get(address(visits[1])).status_code == 200


def test_an_account_beside_an_open_link_keeps_its_own_door(cast, sign_in):
    visit, other = cast.book(), cast.book(days=12)
    client = sign_in(cast.patient_user)
    prove(client, token_of(visit))
    assert "Close this visit" in read(client.get(address(visit))).buttons
    assert "Close this visit" not in read(client.get(address(other))).buttons
    assert client.get("/appointments/").content.decode().count(other.reference) > 0
    assert "_auth_user_id" in client.session


def test_for_an_account_a_link_session_that_is_over_is_no_wall(cast, sign_in, later):
    visit = cast.book()
    client = sign_in(cast.patient_user)
    prove(client, token_of(visit))
    later(cast.now + LASTS)
    assert client.get(address(visit)).status_code == 200
    stranger = sign_in(cast.stranger_user)
    later(cast.now)
    prove(stranger, token_of(visit))
    later(cast.now + LASTS)
    assert stranger.get(address(visit)).status_code == 404


def test_signing_out_closes_what_links_had_opened(cast, sign_in):
    visit = cast.book()
    client = sign_in(cast.patient_user)
    prove(client, token_of(visit))
    client.post("/accounts/logout/")
    assert client.get(address(visit)).status_code == 303


def test_the_session_is_another_one_after_the_proof(cast):
    visit, client = cast.book(), Client()
    client.post(address(visit, "cancellation/"), {"note": "x"})
    planted = client.session.session_key
    prove(client, token_of(visit))
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert thief.get(address(visit)).status_code == 303


def test_a_wrong_answer_opens_no_session(cast):
    client = Client()
    guess(client, token_of(cast.book()))
    assert "sessionid" not in client.cookies


def test_a_visit_that_a_code_opened_ends_with_a_way_to_another_code(cast, later):
    visit, client = cast.book(), Client()
    asked = read(ask(client, visit.reference)).fields["asked"]
    client.post("/find/", {"asked": asked, "code": newest_code(visit)})
    assert client.get(address(visit)).status_code == 200
    assert ManageLink.objects.count() == 0
    later(cast.now + LASTS)
    page = read(client.get(address(visit)))
    assert "birth_year" not in page.fields
    assert ("/find/", "Have a new link sent") in page.links
    assert CALL in page.text


def test_the_same_press_twice_is_one_cancel(cast):
    visit = cast.book()
    client = opened(visit)
    form = read(client.get(address(visit, "cancellation/"))).fields
    answers = [client.post(address(visit, "cancellation/"), form).headers["Location"] for _ in range(2)]
    assert answers == [address(visit, "receipt/")] * 2
    row = IdempotencyRow.objects.get()
    assert (row.actor, row.repeats) == (f"patient:{visit.pk}", 1)


def test_a_key_of_one_visit_is_nothing_to_the_holder_of_another(cast):
    visit, other = cast.book(), cast.book(days=12)
    form = read(opened(visit).get(address(visit, "cancellation/"))).fields
    for each in (visit, other):
        client = opened(each)
        fields = read(client.get(address(each, "cancellation/"))).fields | {"key": form["key"]}
        assert client.post(address(each, "cancellation/"), fields).status_code == 303
    assert set(Appointment.objects.values_list("status", flat=True)) == {"cancelled"}


@pytest.mark.parametrize("name", ["", "cancellation/", "receipt/"])
def test_a_link_holder_is_never_asked_for_a_password(cast, name):
    visit = cast.book()
    text = opened(visit).get(address(visit, name)).content.decode()
    assert "/accounts/" not in re.sub(r"<footer.*", "", text, flags=re.DOTALL)


def test_the_proof_page_of_a_live_visit_is_skipped_only_by_reading(cast):
    visit = cast.book()
    client, token = opened(visit), token_of(visit)
    assert client.get(address_of(token)).status_code == 303
    assert guess(client, token).status_code == 422
