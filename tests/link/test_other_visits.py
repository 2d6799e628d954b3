"""A link's holder sees one visit; that there is another is said, and nothing more of it."""

from datetime import timedelta

import pytest

from freeslot.patients.models import Grant
from tests.link.doors import opened, prove, token_of
from tests.support.cast import make_patient
from tests.visits.pages import address, press_cancel, read

NOTICE = "You have another visit that week. Check the day before you press."


@pytest.mark.parametrize("name", ["", "cancellation/"])
@pytest.mark.parametrize("others", [1, 2])
def test_another_visit_that_week_is_said_once_without_what_it_is(cast, name, others):
    visit = cast.book(days=4)
    hidden = [cast.book(days=5 + count) for count in range(others)]
    page = read(opened(visit).get(address(visit, name)))
    assert page.text.count(NOTICE) == 1
    assert not [other for other in hidden if other.reference in page.text]
    assert [each["ref"] for each in page.facts] == [visit.reference]
    assert page.choices == []


@pytest.mark.parametrize("name", ["", "cancellation/"])
def test_where_there_is_none_nothing_is_said(cast, name):
    visit = cast.book(days=4)
    cast.book(days=13)
    assert NOTICE not in read(opened(visit).get(address(visit, name))).text


@pytest.mark.parametrize("name", ["", "cancellation/"])
def test_somebody_signed_in_sees_their_visits_anyway(cast, patient, name):
    visit = cast.book(days=4)
    cast.book(days=5)
    assert NOTICE not in read(patient.get(address(visit, name))).text


def test_somebody_elses_visit_is_none_of_ones_own(cast):
    visit = cast.book(days=4)
    cast.patient = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=cast.patient, scope=Grant.Scope.PARENT)
    cast.book(days=5)
    assert NOTICE not in read(opened(visit).get(address(visit))).text


def test_a_cancelled_visit_warns_of_nothing(cast):
    visit = cast.book(days=4)
    cast.book(days=5)
    client = opened(visit)
    press_cancel(client, visit)
    assert NOTICE not in read(client.get(address(visit))).text


def test_two_that_are_open_can_be_mixed_up_and_are_asked_about(cast):
    visit, other = cast.book(days=4), cast.book(days=5)
    client = opened(visit)
    prove(client, token_of(other))
    assert NOTICE in read(client.get(address(visit, "cancellation/"))).text


def test_it_is_said_until_the_other_visit_begins(cast, later):
    visit = cast.book(days=6)
    other = cast.book(days=1)
    later(other.starts_at - timedelta(seconds=1))
    assert NOTICE in read(opened(visit).get(address(visit))).text
    later(other.starts_at)
    assert NOTICE not in read(opened(visit).get(address(visit))).text
