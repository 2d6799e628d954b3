"""A visit of a series and all after it, moved from its page by the same step of the clock: all or nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.practices.models import Policy
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Slot
from freeslot.scheduling.operations.series import move_series
from freeslot.visits import series_moving
from tests.scheduling.test_series import clock_times, series_of, slot_at
from tests.support.cast import RULES, make_cast
from tests.visits.household import token_of
from tests.visits.moves import press_move, value_of
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import statuses
from tests.visits.test_outages import ERRORS, UNSURE, failing, failing_commit

SERIES = "series/move/"
BEFORE = ["03-10 14:00", "03-17 14:00", "03-24 14:00", "03-31 14:00"]
AFTER = ["03-11 15:20", "03-18 15:20", "03-25 15:20", "04-01 15:20"]


@pytest.fixture
def cast(db, clock):
    return make_cast(weeks=6)


@pytest.fixture
def visits(cast):
    return series_of(cast)


def value_at(cast, days, hour, minute=0):
    local = slot_at(cast, days, hour, minute).starts_at.astimezone(cast.practice.tz)
    return f"{local.isoformat()}~{cast.practitioner.pk}"


def look(client, visit, value):
    return client.post(address(visit, SERIES), {"look": "1", "time": value})


def fields_of(page, visits):
    return page.fields | {"visit": [visit.reference for visit in visits]}


def press(client, cast, visits, value):
    page = read(look(client, visits[0], value))
    return client.post(address(visits[0], SERIES), fields_of(page, visits))


def test_the_list_of_times_is_that_of_the_first(cast, patient, visits):
    assert (address(visits[1], SERIES), "Move this and the 2 after it") in read(patient.get(address(visits[1]))).links
    page = read(patient.get(address(visits[1], SERIES)))
    assert page.heading == "Move this visit and those after it"
    assert "The 2 after it move by the same days and hours" in page.text
    assert value_at(cast, 12, 9) in page.choices


def test_the_look_shows_old_and_new_of_each_over_a_clock_change(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    assert page.heading == "Move these 4 visits?"
    assert [fact["ref"] for fact in page.facts] == [visit.reference for visit in visits]
    assert page.text.count("3:20 – 3:40 pm") == 4
    assert "Move 4 visits" in page.buttons
    assert clock_times(visits) == BEFORE


def test_one_press_moves_all_and_leads_to_each_ones_receipt(cast, patient, visits):
    answer = press(patient, cast, visits, value_at(cast, 8, 15, 20))
    assert answer.status_code == 303
    assert clock_times(visits) == AFTER
    page = read(patient.get(answer.headers["Location"]))
    assert page.heading == "Your visits are moved"
    assert len(page.facts) == 4
    assert "(before: Wed 10 March, 2:00 pm)" in page.text
    assert "Free to cancel until Wed 10 March, 3:20 pm" in page.text
    assert page.text.count("Receipt and messages") == page.text.count("Add it to your calendar") == 4
    assert Receipt.objects.filter(event__kind="appointment.moved").count() == 4


def test_the_result_read_again_after_a_cancel_says_what_is_so_now(cast, patient, visits):
    answer = press(patient, cast, visits, value_at(cast, 8, 15, 20))
    press_cancel(patient, visits[1])
    page = read(patient.get(answer.headers["Location"]))
    assert page.heading == "1 of your 4 visits is cancelled"
    assert page.text.count("(before:") == 3


def test_the_same_press_again_is_the_same(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    for _press in range(2):
        assert patient.post(address(visits[0], SERIES), fields_of(page, visits)).status_code == 303
    assert Event.objects.filter(kind="appointment.moved").count() == 4


def test_a_visit_that_cannot_go_along_is_named_and_there_is_no_press(cast, patient, visits):
    Slot.objects.filter(pk=slot_at(cast, 22, 15, 20).pk).update(status="blocked")
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    assert page.heading == "These visits cannot be moved together"
    assert "Below you see which of them stands against it." in page.text
    assert page.text.count("Not possible") == 1
    assert page.text.count("3:20 – 3:40 pm") == 4
    assert page.text.count("That time is not open any more.") == 1
    assert "Move 4 visits" not in page.buttons


def test_a_time_that_is_taken_between_look_and_press_changes_none(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    Slot.objects.filter(pk=slot_at(cast, 29, 15, 20).pk).update(status="blocked")
    answer = patient.post(address(visits[0], SERIES), fields_of(page, visits))
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
    assert page.text.count("That time is not open any more.") == 1
    assert clock_times(visits) == BEFORE


def test_the_firsts_time_that_is_taken_under_the_press_leads_to_others(cast, patient, visits, monkeypatch):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))

    def taken_first(**said: Any):
        Slot.objects.filter(pk=slot_at(cast, 8, 15, 20).pk).update(status="blocked")
        return move_series(**said)

    monkeypatch.setattr(series_moving, "move_series", taken_first)
    answer = patient.post(address(visits[0], SERIES), fields_of(page, visits))
    assert (answer.status_code, read(answer).heading) == (422, "Your visits are still booked")
    assert "The nearest other times" in read(answer).text
    assert clock_times(visits) == BEFORE


def test_a_fee_that_would_go_along_now_changes_none_and_is_shown(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    late = {"steps": [{"after": {"minutes_before": 60 * 24 * 8}, "fee": {"minor": 2500}}]}
    Policy.objects.filter(pk=cast.policy.pk).update(rules=late)
    answer = patient.post(address(visits[0], SERIES), fields_of(page, visits))
    page = read(answer)
    assert answer.status_code == 409
    assert "Cancelling them all after it costs at least $25.00." in page.text
    assert clock_times(visits) == BEFORE
    assert patient.post(address(visits[0], SERIES), fields_of(page, visits)).status_code == 303
    assert clock_times(visits) == AFTER


def test_a_second_tab_says_that_all_were_moved_meanwhile_before_it_moves_them(cast, patient, visits):
    tabs = [read(look(patient, visits[0], value_at(cast, 8, *at))) for at in ((15, 20), (9, 0))]
    assert patient.post(address(visits[0], SERIES), fields_of(tabs[0], visits)).status_code == 303
    answer = patient.post(address(visits[0], SERIES), fields_of(tabs[1], visits))
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
    assert page.text.count("It was moved meanwhile to") == 4
    assert clock_times(visits) == AFTER
    assert patient.post(address(visits[0], SERIES), fields_of(page, visits)).status_code == 303


def test_what_moved_meanwhile_is_shown_again_and_not_moved_elsewhere(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    sent = fields_of(page, visits) | {f"{visits[2].reference}-time": value_at(cast, 23, 9)}
    answer = patient.post(address(visits[0], SERIES), sent)
    assert answer.status_code == 422
    assert "This page was not as we had sent it." in read(answer).text
    assert clock_times(visits) == BEFORE


def test_one_that_was_moved_alone_meanwhile_is_named_and_so_is_why_it_cannot_go_along(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 7, 9)))
    alone = value_of(slot_at(cast, 14, 10, 0))
    assert press_move(patient, visits[1], alone).status_code == 303
    answer = patient.post(address(visits[0], SERIES), fields_of(page, visits))
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
    said = "It was moved meanwhile to Wed 17 March, 10:00 am (New York time), so nothing was changed now."
    assert page.text.count(said) == page.text.count("The practice has no visits at that time.") == 1
    assert "This page was not as we had sent it." not in page.text
    assert "Look at the visits again" not in page.text
    assert "Move 4 visits" not in page.buttons
    assert clock_times(visits) == [BEFORE[0], "03-17 10:00", *BEFORE[2:]]


def test_where_the_first_was_moved_alone_meanwhile_the_others_are_not_said_to_be_otherwise(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    assert press_move(patient, visits[0], value_of(slot_at(cast, 7, 10, 0))).status_code == 303
    page = read(patient.post(address(visits[0], SERIES), fields_of(page, visits)))
    assert page.text.count("It was moved meanwhile to Wed 10 March, 10:00 am (New York time)") == 1
    assert "This page was not as we had sent it." not in page.text


@pytest.mark.parametrize(("value", "said"), [
    ("", "Pick one of the times in the list."),
    ("soon~me", "That is none of the times that were offered."),
    ("2027-03-11T15:20:00~00000000-0000-7000-8000-000000000000", "That is none of the times that were offered."),
    ("2027-03-11T15:20:00-05:00~00000000-0000-7000-8000-000000000000", "A series keeps its practitioner."),
])  # fmt: skip
def test_what_is_no_time_is_said_and_the_list_is_there_again(patient, visits, value, said):
    answer = look(patient, visits[0], value)
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
    assert said in page.text
    assert page.choices


@pytest.mark.parametrize(("moment", "said"), [
    ("2027-03-11T20:00:00-05:00", "The practice has no visits at that time."),
    ("2027-03-01T10:00:00-05:00", "That time is over."),
    ("9999-12-31T23:59:59+00:00", "none of the times that were offered."),
    ("0001-01-01T00:00:00+00:00", "none of the times that were offered."),
])  # fmt: skip
def test_a_time_that_the_first_cannot_have_is_refused_at_once(cast, patient, visits, moment, said):
    value = f"{moment}~{cast.practitioner.pk}"
    fields = fields_of(read(look(patient, visits[0], value_at(cast, 8, 15, 20))), visits)
    pressed = patient.post(address(visits[0], SERIES), fields | {f"{visits[0].reference}-time": value})
    for answer in (look(patient, visits[0], value), pressed):
        page = read(answer)
        assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
        assert said in page.text
        assert page.choices
    assert clock_times(visits) == BEFORE


def test_the_limit_of_moves_stands_against_all(cast, patient, visits):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"move": {"most": 0}})
    answer = patient.get(address(visits[0], SERIES))
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visits[0], "move/"))
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    assert page.text.count("You have moved it as often as this practice allows online.") == 4


def test_the_holder_of_one_link_is_told_to_sign_in_and_strangers_find_nothing(cast, client, sign_in, visits):
    client.post(f"/m/{token_of(visits[0])}/", {"birth_year": "1948", "then": "visit"})
    page = read(client.get(address(visits[0], SERIES)))
    assert "This link is good for this visit alone." in page.text
    assert look(client, visits[0], value_at(cast, 8, 15, 20)).status_code == 422
    stranger = sign_in(cast.stranger_user)
    assert stranger.get(address(visits[0], SERIES)).status_code == 404
    assert look(stranger, visits[0], value_at(cast, 8, 15, 20)).status_code == 404
    assert clock_times(visits) == BEFORE
    assert statuses(*visits) == ["booked"] * 4


def test_the_look_costs_the_same_for_two_and_for_four(cast, patient, visits):
    counts = []
    for visit, days in ((visits[2], 22), (visits[0], 8)):
        with CaptureQueriesContext(connection) as queries:
            assert look(patient, visit, value_at(cast, days, 15, 20)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12, counts


def test_a_failure_before_the_commit_leads_back_to_the_list_of_the_series(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    with failing('INSERT INTO "events_event"', ERRORS[0]):
        answer = patient.post(address(visits[0], SERIES), fields_of(page, visits))
    assert answer.status_code == 503
    assert (address(visits[0], SERIES), "Try again") in read(answer).links
    assert clock_times(visits) == BEFORE


@pytest.mark.django_db(transaction=True)
def test_a_press_whose_commit_was_lost_sight_of_can_be_sent_again_whole(clock, sign_in):
    cast = make_cast(weeks=6)
    visits, client = series_of(cast), sign_in(cast.patient_user)
    page = read(look(client, visits[0], value_at(cast, 8, 15, 20)))
    with failing_commit(UNSURE[1]):
        answer = client.post(address(visits[0], SERIES), fields_of(page, visits))
    unsure = read(answer)
    assert (answer.status_code, unsure.heading) == (503, "We do not know yet")
    assert client.post(address(visits[0], SERIES), fields_of(unsure, visits)).status_code == 303
    assert clock_times(visits) == AFTER


def test_a_reason_that_the_practice_does_not_offer_is_named_beside_its_visit(cast, patient, visits):
    page = read(look(patient, visits[0], value_at(cast, 8, 15, 20)))
    odd = {f"{visits[1].reference}-reason": "odd"}
    answer = patient.post(address(visits[0], SERIES), fields_of(page, visits) | odd)
    assert answer.status_code == 422
    assert "Choose one of the reasons in the list." in read(answer).text
    assert clock_times(visits) == BEFORE
