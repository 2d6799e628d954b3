"""The receipt as a visit's page shows it, and in words for each kind of event."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from freeslot.receipts import words
from freeslot.receipts.answers import as_json, place_of, receipt_card
from freeslot.receipts.claims import EVENTS
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.queries import latest_receipt, latest_receipts
from freeslot.receipts.reading import Problem
from freeslot.web.facts import Place
from tests.receipts.acts import booked, cancel, make_cast
from tests.support.cast import NOW, RULES

pytestmark = pytest.mark.django_db

HERE = Place("America/New_York", "en_US", NOW)


def test_the_card_says_what_was_done_when_by_whom_and_what_it_costs(settings):
    cast = make_cast()
    receipt = receipt_for(cancel(cast, cast.book(days=0), ask_review=True))
    card = receipt_card(receipt, place=HERE, pdf_url="/p", json_url="/j")
    assert card.lines == [
        "Cancelled Wed 3 March, 4:00 pm (New York time) by the patient, on the practice’s portal.",
        "The practice will review the fee of $25.00. It is not decided yet.",
        "Rules version 1. Number 2 of this visit’s receipts.",
    ]
    assert (card.number, card.pdf_url, card.json_url) == (receipt.number, "/p", "/j")
    assert card.check_url == f"{settings.BASE_URL}/receipts/verify/#{receipt.token}"
    assert card.qr.startswith("<svg")


def test_a_card_says_nothing_of_fees_where_nothing_was_cancelled():
    cast = make_cast(rules=RULES | {"tell_after": {"minutes_before": 120}})
    receipt = receipt_for(cancel(cast, cast.book(days=0)))
    assert receipt_card(receipt, place=HERE).lines[1:] == ["Rules version 1. Number 2 of this visit’s receipts."]


def test_receipt_json_is_the_token_and_what_it_says():
    receipt = receipt_for(booked(make_cast().book()))
    assert as_json(receipt) == {"token": receipt.token, "claims": receipt.payload}


def test_the_receipts_of_visits_are_found():
    cast = make_cast()
    visit, other, none = cast.book(), cast.book(), cast.book()
    _first, second = receipt_for(booked(visit)), receipt_for(cancel(cast, visit))
    only = receipt_for(booked(other))
    assert [latest_receipt(each.pk) for each in (visit, other, none)] == [second, only, None]
    assert latest_receipts([visit.pk, other.pk, none.pk]) == {visit.pk: second, other.pk: only}


def test_each_kind_of_event_and_each_problem_has_its_words():
    assert words.HAPPENED.keys() == words.TOLD.keys() == set(EVENTS.values())
    assert words.PROBLEMS.keys() == set(Problem)


def test_a_move_names_both_times_with_their_year():
    cast = make_cast()
    visit = cast.book()
    event = booked(visit)
    event.kind = "appointment.moved"
    event.data["starts_at_before"] = (visit.starts_at - timedelta(days=1)).isoformat()
    event.save()
    claims = receipt_for(event).claims
    with override("en"):
        facts = dict(words.facts_of(claims, place=place_of(claims), practice="Elm"))
    assert facts["Time of the visit"] == (
        "Tue 9 March 2027, 4:00 pm (New York time), moved to Wed 10 March 2027, 4:00 pm (New York time)"
    )


def test_a_receipt_with_words_of_a_later_release_is_still_shown():
    cast = make_cast()
    claims = receipt_for(booked(cast.book())).claims
    unknown = type(claims)(**(vars(claims) | {"event": "x-new", "actor": "robot", "door": "kiosk", "start": None}))
    facts = dict(words.facts_of(unknown, place=HERE, practice="Elm"))
    assert (words.happened(unknown), facts["Done by"], facts["Where"]) == ("x-new", "robot", "kiosk")
    assert "Time of the visit" not in facts
