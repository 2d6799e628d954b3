"""A household cancels by one link: each patient with their own proof, and nothing of anybody before it."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.audit.models import AuditRow
from freeslot.doors.link.session import MOST_VISITS
from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.patients.models import Contact
from freeslot.practices.models import Policy
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.links import revoke_links
from tests.support.cast import make_cast, make_patient
from tests.visits.household import (
    TOGETHER,
    book_for,
    child_of,
    fields_of,
    look_at,
    press_together,
    token_of,
)
from tests.visits.pages import address, read
from tests.visits.standing import statuses

OTHERS = "/m/others/"
FEE = {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}]}


@pytest.fixture
def child(cast):
    return child_of(cast)


@pytest.fixture
def pair(cast, child):
    """The mother's visit and the child's, who has no account and no grant."""
    return cast.book(days=5), book_for(cast, child, days=6)


@pytest.fixture
def mother(client, pair):
    """A browser in which the mother's link was opened."""
    return opened(client, pair[0])


def opened(client: Client, visit) -> Client:
    assert client.post(f"/m/{token_of(visit)}/", {"birth_year": "1948", "then": "visit"}).status_code == 303
    return client


def prove(client: Client, visit, **typed: str):
    return client.post(OTHERS, {"ref": visit.reference, **typed})


def test_the_visits_own_pages_lead_to_somebody_else(mother, patient, pair):
    way = f"{OTHERS}?ref={pair[0].reference}"
    for name in ("", "cancellation/"):
        assert (way, "Cancel for somebody else as well") in read(mother.get(address(pair[0], name))).links
        assert OTHERS not in patient.get(address(pair[0], name)).content.decode()


def test_before_the_proof_nothing_of_anybody_else_shows(mother, pair):
    page = mother.get(OTHERS, {"ref": pair[0].reference})
    assert page.status_code == 200
    assert set(read(page).fields) >= {"ref", "birth_year"}
    assert "Sam" not in page.content.decode()
    assert pair[1].reference not in page.content.decode()
    assert mother.get(address(pair[1])).headers["Location"].startswith("/accounts/login/")
    assert [fact["ref"] for fact in read(mother.get(TOGETHER)).facts] == [pair[0].reference]


def test_the_others_own_proof_opens_their_visit_and_ticks_both(mother, pair):
    answer = prove(mother, pair[0], birth_year="1 June 2015")
    way = f"{TOGETHER}?with={pair[0].reference}&with={pair[1].reference}"
    assert (answer.status_code, answer.headers["Location"]) == (303, way)
    text = mother.get(way).content.decode()
    assert all(f'value="{visit.reference}" checked>' in text for visit in pair)
    row = AuditRow.objects.filter(subject_id=pair[1].pk, action="link.proved").get()
    assert row.detail["beside"] == str(pair[0].pk)


def test_a_household_cancel_is_one_press_and_one_of_everything_for_each(cast, mother, pair):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=FEE)
    prove(mother, pair[0], birth_year="2015")
    assert "Fees in all: $50.00" in read(look_at(mother, *pair)).text
    result = press_together(mother, *pair)
    assert result.status_code == 303
    while handle_due_events(now=cast.now):
        pass
    for visit in pair:
        event = Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")
        assert (event.door, event.actor_kind) == ("link", "patient")
        assert Receipt.objects.filter(event=event).count() == 1
        assert Message.objects.filter(event_id=event.pk).count() == 1
    page = read(mother.get(result.headers["Location"]))
    assert page.heading == "Your visits are cancelled"
    assert mother.post(address(pair[1], "undo/")).status_code == 303
    assert statuses(*pair) == ["cancelled", "booked"]


def test_a_wrong_proof_reads_the_same_whether_or_not_there_is_somebody(cast, mother, pair, client):
    wrong = prove(mother, pair[0], birth_year="2014")
    assert wrong.status_code == 422
    assert "That opens no other visit" in read(wrong).text
    cancel_appointment(
        ref=pair[1].reference, actor=cast.staff, door=Door.DESK, reason="", note="", accepted_fee=0,
        idempotency_key="", now=cast.now,
    )  # fmt: skip
    nobody = prove(mother, pair[0], birth_year="2015")
    assert read(nobody).text == read(wrong).text
    assert prove(mother, pair[0], birth_year="1948").status_code == 422


def test_who_shares_no_contact_is_not_found_nor_who_does_so_at_another_practice(cast, mother, pair):
    email = Contact.objects.get(patient=cast.patient).value
    loner = make_patient(cast.practice, given_name="Ana")
    book_for(cast, loner)
    other = make_cast(name="Oak Street Practice", weeks=2)
    elsewhere = make_patient(other.practice, given_name="Sam", email=email)
    for patient in (loner, elsewhere):
        patient.birth_date = date(1990, 1, 1)
        patient.save()
    book_for(other, elsewhere)
    assert prove(mother, pair[0], birth_year="1990").status_code == 422


def test_only_the_contact_that_the_link_was_sent_to_counts(cast, client, child):
    visit, theirs = cast.book(days=5), book_for(cast, child, days=6)
    second = Contact.objects.create(
        practice=cast.practice, patient=cast.patient, kind=Contact.Kind.PHONE, value="+12125550100"
    )
    Contact.objects.filter(patient=child).update(kind=Contact.Kind.PHONE, value=second.value)
    opened(client, visit)
    assert prove(client, visit, birth_year="2015").status_code == 422
    assert theirs.reference not in client.get(TOGETHER).content.decode()


def test_wrong_proofs_wait_and_a_right_one_forgives_nothing(cast, mother, pair, later):
    for year in ("2010", "2011"):
        assert prove(mother, pair[0], birth_year=year).status_code == 422
    assert prove(mother, pair[0], birth_year="2015").status_code == 303
    assert prove(mother, pair[0], birth_year="2012").status_code == 422
    waiting = prove(mother, pair[0], birth_year="2015")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (429, "15")
    assert "You can try again in 15 seconds. Nothing was changed." in read(waiting).text
    later(cast.now + timedelta(seconds=20))
    assert prove(mother, pair[0], birth_year="2015").status_code == 303


def test_what_the_other_visits_rules_ask_is_asked_too(cast, mother, pair):
    strict = Policy.objects.create(
        practice=cast.practice, version=2, valid_from=cast.now, rules={"proof": ["birth_date", "member_id"]}
    )
    type(pair[1]).objects.filter(pk=pair[1].pk).update(policy=strict)
    assert prove(mother, pair[0], birth_year="2015").status_code == 422


def test_one_guess_opens_no_crowd(cast, mother, pair):
    email = Contact.objects.get(patient=cast.patient).value
    for index in range(4):
        resident = make_patient(cast.practice, given_name=f"Resident {index}", email=email)
        resident.birth_date = date(1940, 1, 1 + index)
        resident.save()
        book_for(cast, resident)
    assert prove(mother, pair[0], birth_year="1940").status_code == 422


def test_several_visits_of_the_other_are_opened_and_none_is_ticked_for_them(cast, mother, child, pair):
    more = book_for(cast, child, days=8)
    answer = prove(mother, pair[0], birth_year="2015")
    assert answer.headers["Location"] == f"{TOGETHER}?with={pair[0].reference}"
    page = mother.get(answer.headers["Location"])
    assert {fact["ref"] for fact in read(page).facts} == {pair[0].reference, pair[1].reference, more.reference}
    assert page.content.decode().count(" checked>") == 1


def test_no_more_are_opened_than_a_session_holds(cast, mother, child, pair):
    for _ in range(MOST_VISITS):
        book_for(cast, child, days=7)
    assert prove(mother, pair[0], birth_year="2015").status_code == 303
    assert len(read(mother.get(TOGETHER)).facts) == MOST_VISITS
    full = prove(mother, pair[0], birth_year="2015")
    assert full.status_code == 422
    assert "No more visits can be opened at once." in read(full).text
    assert mother.get(address(pair[0])).status_code == 200


def test_an_empty_answer_is_asked_for(mother, pair):
    assert prove(mother, pair[0], birth_year="").status_code == 422


def test_without_a_live_session_it_asks_to_open_the_link_again(cast, client, mother, pair, later):
    assert Client().get(OTHERS, {"ref": pair[0].reference}).status_code == 403
    assert mother.get(OTHERS, {"ref": "nonsense"}).status_code == 403
    later(cast.now + timedelta(minutes=31))
    page = mother.get(OTHERS, {"ref": pair[0].reference})
    assert page.status_code == 403
    assert "Open your link again" in read(page).heading


def test_a_session_that_ends_keeps_what_was_ticked(cast, mother, pair, later):
    prove(mother, pair[0], birth_year="2015")
    fields = fields_of(read(look_at(mother, *pair)), *pair)
    later(cast.now + timedelta(minutes=31))
    answer = mother.post(TOGETHER, fields)
    assert answer.status_code == 403
    assert "Nothing was changed by your press." in read(answer).text
    assert statuses(*pair) == ["booked", "booked"]
    back = mother.post("/m/", {**read(answer).fields, "birth_year": "1948", "then": "visit"})
    assert (back.status_code, back.headers["Location"]) == (303, TOGETHER)
    assert f'value="{pair[0].reference}" checked>' in mother.get(TOGETHER).content.decode()


def test_one_whose_time_is_over_stops_the_press_for_all(cast, mother, pair, later):
    mine = read(look_at(mother, pair[0])).fields
    later(cast.now + timedelta(minutes=20))
    prove(mother, pair[0], birth_year="2015")
    fields = fields_of(read(look_at(mother, pair[1])), *pair) | mine | {"visit": [visit.reference for visit in pair]}
    later(cast.now + timedelta(minutes=31))
    assert mother.post(TOGETHER, fields).status_code == 403
    assert statuses(*pair) == ["booked", "booked"]


def test_a_revoked_link_of_the_other_closes_their_visit_here_too(cast, mother, pair):
    prove(mother, pair[0], birth_year="2015")
    token_of(pair[1])
    revoke_links(ref=pair[1].reference, actor=SYSTEM, door=Door.DESK, now=cast.now)
    assert mother.post(TOGETHER, {"visit": pair[1].reference, "look": "1"}).status_code == 403


def test_a_link_holder_gets_404_for_a_visit_that_was_not_opened(mother, pair):
    answer = mother.post(TOGETHER, {"visit": [visit.reference for visit in pair], "look": "1"})
    assert answer.status_code == 404
    assert "Sam" not in answer.content.decode()


def test_who_is_signed_in_as_well_still_has_what_their_links_opened(mother, sign_in, cast, pair):
    prove(mother, pair[0], birth_year="2015")
    mother.force_login(cast.stranger_user)
    page = read(look_at(mother, *pair))
    assert page.heading == "Cancel these 2 visits?"


def test_the_frame_of_a_code_session_finds_others_by_any_contact_of_the_patient(cast, client, pair):
    session = client.session
    entry = {"visit": str(pair[0].pk), "link": None, "at": cast.now.isoformat(), "unusual": True}
    session["links"] = {pair[0].reference: entry}
    session.save()
    assert prove(client, pair[0], birth_year="2015").status_code == 303
    press_together(client, *pair)
    assert statuses(*pair) == ["cancelled", "cancelled"]


def test_each_further_visit_costs_the_same_few_statements(cast, mother, child, pair):
    counts = []
    for many in (1, 1, 2, 3):
        visits = [book_for(cast, child, days=7) for _ in range(many)]
        for visit in visits:
            receipt_for(Event.objects.get(subject_id=visit.pk))
        prove(mother, pair[0], birth_year="2015")
        fields = fields_of(read(look_at(mother, *visits)), *visits)
        with CaptureQueriesContext(connection) as queries:
            assert mother.post(TOGETHER, fields).status_code == 303
        counts.append(len(queries))
    assert counts[3] - counts[2] == counts[2] - counts[1] <= 16


def test_it_is_said_in_spanish(mother, pair):
    answer = mother.post(OTHERS, {"ref": pair[0].reference, "language": "es"})
    assert read(answer).heading == "Cancelar también para otra persona"
    assert read(mother.get(OTHERS, {"ref": pair[0].reference})).buttons[1] == "Abrir sus citas"
