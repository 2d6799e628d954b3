"""The list of visits: three groups, each row with its own ways on, whatever their number."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.patients.models import Grant
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from tests.support.cast import make_cast, make_patient
from tests.visits.pages import address, press_cancel, read


def test_each_row_has_its_own_cancel_and_move_whose_names_say_which(cast, patient):
    first, second = cast.book(days=3), cast.book(days=5)
    links = dict(read(patient.get("/appointments/")).links)
    assert links[address(first, "cancellation/")] == "Cancel the visit on Sat 6 March, 4:00 pm for Maria"
    assert links[address(second, "move/")] == "Move the visit on Mon 8 March, 4:00 pm for Maria"


def test_a_cancelled_row_says_who_when_and_through_which_door(cast, patient, sign_in):
    visit = cast.book()
    press_cancel(patient, visit)
    words = "Cancelled Wed 3 March, 4:00 pm, by you, on the practice’s portal."
    assert words in read(patient.get("/appointments/")).text
    assert "by the patient, on the practice’s portal" in read(sign_in(cast.proxy_user).get("/appointments/")).text


def test_what_the_practice_cancelled_says_so(cast, patient):
    visit = cast.book()
    cancel_appointment(
        ref=visit.reference, actor=cast.staff, door=Door.DESK, reason="", note="", accepted_fee=0,
        idempotency_key="", now=cast.now,
    )  # fmt: skip
    assert "by the practice, at the practice’s desk" in read(patient.get("/appointments/")).text


def test_the_groups_are_upcoming_past_and_cancelled(cast, patient):
    upcoming, past, cancelled = cast.book(days=3), cast.book(days=0), cast.book(days=12)
    Appointment.objects.filter(pk=past.pk).update(
        starts_at=cast.now - timedelta(days=2), ends_at=cast.now - timedelta(days=2) + timedelta(minutes=20)
    )
    press_cancel(patient, cancelled)
    page = patient.get("/appointments/").content.decode()
    order = [
        page.index(words) for words in ('id="upcoming"', upcoming.reference, 'id="cancelled"', cancelled.reference)
    ]
    assert [*order, page.index('id="past"'), page.rindex(past.reference)] == sorted(
        [*order, page.index('id="past"'), page.rindex(past.reference)]
    )


def test_two_childrens_visits_do_not_look_the_same(cast, patient):
    sam = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=sam, scope=Grant.Scope.CARER)
    cast.book(days=5)
    cast.patient = sam
    cast.book(days=5)
    text = read(patient.get("/appointments/")).text
    assert ("for Maria" in text, "for Sam" in text) == (True, True)


def test_an_empty_list_says_so(cast, sign_in):
    assert "You have no upcoming visits here." in read(sign_in(cast.stranger_user).get("/appointments/")).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_statements_does_not_grow_with_the_rows(cast, patient, rows):
    for day in range(rows):
        cast.book(days=day + 2)
    with CaptureQueriesContext(connection) as queries:
        patient.get("/appointments/")
    assert len(queries) == 3


def test_visits_at_several_practices_stand_in_no_ones_brand(clock, cast, patient):
    other = make_cast(name="Pine Road Practice")
    Grant.objects.create(user=cast.patient_user, patient=other.patient, scope=Grant.Scope.SELF)
    cast.book()
    other.book()
    page = patient.get("/appointments/").content.decode()
    assert "<title>My visits · Freeslot</title>" in page
    assert "Pine Road Practice" in page
