"""A visit of a series and all after it, cancelled from its page: looked at one by one, pressed once, all or nothing."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.practices.models import Policy
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Appointment
from tests.scheduling.acts import cancel
from tests.scheduling.test_series import series_of
from tests.support.cast import RULES, make_cast
from tests.visits.household import token_of
from tests.visits.pages import address, read
from tests.visits.standing import statuses
from tests.visits.test_outages import failing, failing_commit

SERIES, FEE = "series/cancellation/", {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}]}
BROKEN = OperationalError("database is locked")


@pytest.fixture
def cast(db, clock):
    return make_cast(weeks=6)


@pytest.fixture
def visits(cast):
    return series_of(cast)


def fields_of(client, visit):
    page = client.get(address(visit, SERIES))
    assert page.status_code == 200
    found = read(page)
    return found.fields | {"visit": [fact["ref"] for fact in found.facts]}


def press(client, visit, **form: str):
    return client.post(address(visit, SERIES), fields_of(client, visit) | form)


def test_the_pages_of_a_visit_say_that_it_is_one_of_several_and_lead_on(patient, visits):
    for name in ("", "cancellation/"):
        page = read(patient.get(address(visits[1], name)))
        assert "This is one of 4 weekly visits" in page.text
        assert (address(visits[1], SERIES), "Cancel this and the 2 after it") in page.links


def test_the_last_of_them_and_a_visit_alone_lead_to_their_own_page(cast, patient, visits):
    assert "It is the last of them." in read(patient.get(address(visits[3]))).text
    alone = cast.book(days=3)
    assert "This is one of" not in read(patient.get(address(alone))).text
    for visit in (visits[3], alone):
        answer = patient.get(address(visit, SERIES))
        assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "cancellation/"))


def test_the_look_shows_each_with_its_verdict_and_the_sum(cast, patient, visits):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=FEE)
    page = read(patient.get(address(visits[1], SERIES)))
    assert page.heading == "Cancel these 3 visits?"
    assert [fact["ref"] for fact in page.facts] == [visit.reference for visit in visits[1:]]
    assert [(fact["verdict"], fact["fee-minor"]) for fact in page.facts] == [("late", "2500")] * 3
    assert "Fees in all: $75.00" in page.text
    assert "All of them or none" in page.text
    assert "Cancel 3 visits and accept fees of $75.00" in page.buttons


def test_one_press_cancels_all_and_leads_to_each_ones_receipt(patient, visits):
    answer = press(patient, visits[1])
    assert answer.status_code == 303
    assert statuses(*visits) == ["booked", "cancelled", "cancelled", "cancelled"]
    page = read(patient.get(answer.headers["Location"]))
    assert page.heading == "Your visits are cancelled"
    assert Receipt.objects.filter(event__kind="appointment.cancelled").count() == 3


def test_the_same_press_again_is_the_same(patient, visits):
    fields = fields_of(patient, visits[0])
    answers = [patient.post(address(visits[0], SERIES), fields) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 4


def test_a_fee_that_rose_meanwhile_changes_none_and_is_shown(cast, patient, visits):
    fields = fields_of(patient, visits[0])
    Policy.objects.filter(pk=cast.policy.pk).update(rules=FEE)
    answer = patient.post(address(visits[0], SERIES), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (409, "Your visits are still booked")
    assert "The fee is now $25.00." in page.text
    assert statuses(*visits) == ["booked"] * 4


def test_one_that_cannot_be_cancelled_stands_against_all_and_is_named(cast, patient, visits):
    rules = RULES | {"tell_after": {"minutes_before": 60 * 24 * 8}}
    Policy.objects.filter(pk=cast.policy.pk).update(rules=rules)
    page = read(patient.get(address(visits[0], SERIES)))
    assert "Below you see which of them stands against it." in page.text
    assert "This one cannot be cancelled here" in page.text
    assert not [words for words in page.buttons if words.startswith("Cancel")]
    assert (f"/appointments/together/?with={visits[0].reference}", "Pick them one by one") in page.links


def test_one_that_became_impossible_between_look_and_press_does_too(cast, patient, visits):
    fields = fields_of(patient, visits[0])
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | {"tell_after": {"minutes_before": 60 * 24 * 8}})
    answer = patient.post(address(visits[0], SERIES), fields)
    assert answer.status_code == 422
    assert read(answer).heading == "Your visits are still booked"
    assert statuses(*visits) == ["booked"] * 4


def test_one_that_is_cancelled_already_goes_along(cast, patient, visits):
    fields = fields_of(patient, visits[0])
    cancel(cast, visits[2].reference)
    assert patient.post(address(visits[0], SERIES), fields).status_code == 303
    assert statuses(*visits) == ["cancelled"] * 4


def test_a_visit_of_another_series_is_not_slipped_in(cast, patient, visits):
    alone = cast.book(days=3)
    fields = fields_of(patient, visits[0])
    more = fields | {"visit": [*fields["visit"], alone.reference], f"{alone.reference}-confirm": "0"}
    assert patient.post(address(visits[0], SERIES), more).status_code == 404
    assert statuses(alone, *visits) == ["booked"] * 5


@pytest.mark.parametrize("series", ["series/cancellation/", "series/move/"])
def test_a_strangers_visit_among_those_of_an_account_is_as_if_there_were_none(cast, patient, visits, series):
    foreign = make_cast(weeks=2).book()
    sent = {"visit": [*(visit.reference for visit in visits), foreign.reference]}
    assert patient.post(address(visits[0], series), sent).status_code == 404
    assert statuses(foreign, *visits) == ["booked"] * 5


def test_the_holder_of_one_link_is_told_to_sign_in_and_changes_nothing(client, visits):
    client.post(f"/m/{token_of(visits[0])}/", {"birth_year": "1948", "then": "visit"})
    page = read(client.get(address(visits[0])))
    assert "This link is good for this visit alone." in page.text
    assert address(visits[0], SERIES) not in [href for href, _words in page.links]
    page = read(client.get(address(visits[0], SERIES)))
    assert "This link is good for this visit alone." in page.text
    assert [visit.reference for visit in visits[1:] if visit.reference in page.text] == []
    sent = {"visit": [visit.reference for visit in visits]} | {f"{visit.reference}-confirm": "0" for visit in visits}
    assert client.post(address(visits[0], SERIES), sent).status_code == 422
    assert statuses(*visits) == ["booked"] * 4


def test_who_opened_each_of_them_by_its_own_link_presses_for_all(client, visits):
    for visit in visits[2:]:
        client.post(f"/m/{token_of(visit)}/", {"birth_year": "1948", "then": "visit"})
    assert press(client, visits[2]).status_code == 303
    assert statuses(*visits) == ["booked", "booked", "cancelled", "cancelled"]
    assert set(Event.objects.filter(kind="appointment.cancelled").values_list("door", flat=True)) == {"link"}


def test_strangers_find_nothing(cast, sign_in, visits):
    stranger = sign_in(cast.stranger_user)
    assert stranger.get(address(visits[0], SERIES)).status_code == 404
    assert stranger.post(address(visits[0], SERIES), {"visit": [visits[0].reference]}).status_code == 404


def test_when_the_database_fails_before_the_commit_all_are_still_booked(patient, visits):
    fields = fields_of(patient, visits[0])
    with failing('INSERT INTO "events_event"', BROKEN):
        answer = patient.post(address(visits[0], SERIES), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visits are still booked")
    assert statuses(*visits) == ["booked"] * 4
    again = page.fields | {"visit": fields["visit"]}
    assert patient.post(address(visits[0], SERIES), again).status_code == 303
    assert statuses(*visits) == ["cancelled"] * 4


def test_when_not_even_the_visits_can_be_read_the_form_itself_tells_of_them(patient, visits):
    fields = fields_of(patient, visits[0])
    with failing("", BROKEN):
        answer = patient.post(address(visits[0], SERIES), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visits are still booked")
    assert [visit.reference for visit in visits if visit.reference not in page.text] == []


@pytest.mark.django_db(transaction=True)
def test_when_the_commit_is_lost_sight_of_neither_is_claimed(clock, sign_in):
    cast = make_cast(weeks=3)
    visits, patient = series_of(cast, count=2), sign_in(cast.patient_user)
    fields = fields_of(patient, visits[0])
    with failing_commit(None):
        answer = patient.post(address(visits[0], SERIES), fields)
    assert (answer.status_code, read(answer).heading) == (503, "We do not know yet")


def test_the_look_costs_the_same_for_two_and_for_four(patient, visits):
    counts = []
    for visit in (visits[2], visits[0]):
        with CaptureQueriesContext(connection) as queries:
            assert patient.get(address(visit, SERIES)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_what_is_booked_late_is_still_free_for_a_while(cast, patient, visits, later):
    """Each keeps its own verdict: the first is late, the others are not."""
    later(visits[0].starts_at - timedelta(hours=11))
    patient.force_login(cast.patient_user)
    page = read(patient.get(address(visits[0], SERIES)))
    assert [fact["verdict"] for fact in page.facts] == ["late", "allowed", "allowed", "allowed"]
    assert "Fees in all: $25.00" in page.text
    assert press(patient, visits[0]).status_code == 303
    assert sorted(Appointment.objects.values_list("fee_minor", flat=True)) == [0, 0, 0, 2500]
