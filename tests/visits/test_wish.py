"""A wish for an earlier time on the pages of its visit: asked for, shown, changed, taken back, and refused in words."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.practices.models import Policy
from freeslot.receipts.issue import receipt_for
from freeslot.scheduling.models import Appointment, Slot
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.serve import serve_wishes
from tests.scheduling.acts import cancel
from tests.support.cast import RULES
from tests.visits.household import token_of
from tests.visits.pages import address, read
from tests.waitlist.wishes import add_practitioner, ended

LINK = "Move me only if something earlier comes free"


@pytest.fixture
def visit(cast):
    return cast.book(days=13)


def wish_for(client, visit, **form: Any):
    given = {"before": "2027-03-17", "notice": "24"} | form
    return client.post(address(visit, "wish/"), given)


def test_the_visit_page_leads_to_the_form_and_then_says_what_is_wished_for(patient, visit):
    assert (address(visit, "wish/"), LINK) in read(patient.get(address(visit))).links
    answer = wish_for(patient, visit, days=["0", "4"], since="9", until="12")
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    page = read(patient.get(address(visit)))
    assert "You wish for an earlier time before Wed 17 March." in page.text
    assert "Your visit stays as it is until one is found." in page.text
    assert "On Monday and Friday. Between 9:00 am and 12:00 pm. With anyone." in page.text
    assert "You know at least 1 day beforehand." in page.text
    assert "Stop looking" in page.buttons
    assert LINK not in [words for _href, words in page.links]


def test_what_was_wished_for_stands_in_the_form_and_can_be_changed(patient, visit):
    wish_for(patient, visit, days=["4"], since="9", notice="48")
    text = patient.get(address(visit, "wish/")).content.decode()
    assert 'value="2027-03-17"' in text
    assert 'value="4" checked' in text
    assert '<option value="48" selected>' in text
    wish_for(patient, visit, days=["1"])
    assert [wish.weekdays for wish in Wish.objects.live()] == [[1]]


def test_stop_looking_takes_it_back_however_often(patient, visit):
    wish_for(patient, visit)
    for _press in range(2):
        answer = patient.post(address(visit, "wish/"), {"stop": "1"})
        assert (answer.status_code, answer.headers["Location"]) == (303, address(visit))
    assert ended(Wish.objects.get()) == "withdrawn"
    assert LINK in [words for _href, words in read(patient.get(address(visit))).links]


@pytest.mark.parametrize(("form", "said"), [
    ({"before": ""}, "Choose a day."),
    ({"before": "soon"}, "Write the day as year, month, day: 2027-03-12."),
    ({"before": "2027-03-30"}, "Choose the day of your visit or an earlier one."),
    ({"before": "2027-03-04"}, "That is too soon to find a time."),
    ({"before": "2027-03-01"}, "That is too soon to find a time."),
    ({"since": "9", "until": "9"}, "Your visit does not fit between these hours."),
    ({"days": ["7"]}, "Choose one of those in the list."),
    ({"since": "25"}, "Choose one of those in the list."),
    ({"notice": "-5"}, "Choose one of those in the list."),
    ({"days": ["5", "6"]}, "The practice has no time like this that could come free."),
    ({"since": "20"}, "The practice has no time like this that could come free."),
    ({"before": "zzz"}, "Write the day as year, month, day: 2027-03-12."),
])  # fmt: skip
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_wished(cast, patient, visit, form, said):
    cast.schedule.slots.filter(starts_at__iso_week_day__in=[6, 7]).delete()
    answer = wish_for(patient, visit, **form)
    assert answer.status_code == 422
    page = read(answer)
    assert page.heading == "Your visit is still booked"
    assert "Nothing was changed." in page.text
    assert said in page.text
    assert not Wish.objects.exists()


@pytest.mark.parametrize(
    ("language", "named"), [("en", "On which days?: The practice"), ("es", "¿Qué días?: El consult")]
)
def test_what_is_wrong_with_the_days_is_named_as_they_are_and_leads_to_them(cast, patient, visit, language, named):
    cast.schedule.slots.filter(starts_at__iso_week_day__in=[6, 7]).delete()
    patient.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    answer = wish_for(patient, visit, days=["5", "6"])
    assert [words.startswith(named) for at, words in read(answer).links if at == "#id_days"] == [True]
    assert '<fieldset class="choices-of" id="id_days" aria-describedby="id_days_error">' in answer.content.decode()


def test_somebody_of_the_practice_can_be_wished_for_and_nobody_else(cast, patient, visit):
    other = add_practitioner(cast, "Dr. Ruiz").practitioner
    assert wish_for(patient, visit, practitioner=str(cast.patient.pk)).status_code == 422
    assert wish_for(patient, visit, practitioner=str(other.pk)).status_code == 303
    assert "With Dr. Ruiz." in read(patient.get(address(visit))).text


def test_once_served_the_page_shows_the_new_time_and_no_wish(cast, patient, visit):
    cast.schedule.slots.filter(status=Slot.Status.FREE).exclude(starts_at__date="2027-03-09").update(status="blocked")
    wish_for(patient, visit)
    assert serve_wishes(now=cast.now) == 1
    page = read(patient.get(address(visit)))
    assert page.facts[0]["slot"] == "2027-03-09T09:00:00-05:00"
    assert "You wish for" not in page.text
    assert "as you had wished" in page.text
    receipt_for(Event.objects.get(subject_id=visit.pk, kind="appointment.moved"))
    receipt = read(patient.get(address(visit, "receipt/"))).text
    assert "Moved Wed 3 March, 4:00 pm (New York time) by the patient, as they had wished." in receipt


def test_in_the_late_window_it_is_not_offered_and_refused_in_words(cast, sign_in, visit, later):
    later(visit.starts_at - timedelta(hours=23))
    patient = sign_in(cast.patient_user)
    assert LINK not in read(patient.get(address(visit))).text
    for answer, status in ((patient.get(address(visit, "wish/")), 200), (wish_for(patient, visit), 422)):
        assert answer.status_code == status
        assert read(answer).heading == "No earlier time is looked for"
        assert "a cancel costs a fee" in read(answer).text
    assert not Wish.objects.exists()


@pytest.mark.parametrize(("rules", "hours", "notice"), [
    (RULES, 35, ""),
    (RULES, 45, "24"),
    ({}, 13, ""),
    ({}, 30, "12"),
    ({}, 35, "12"),
    ({}, 45, "24"),
])  # fmt: skip
def test_it_is_offered_where_its_own_defaults_can_be_wished(cast, sign_in, visit, later, rules, hours, notice):
    """The visit is at nine; the practice is open from nine to five."""
    Policy.objects.update(rules=rules)
    later(visit.starts_at - timedelta(hours=hours))
    patient = sign_in(cast.patient_user)
    assert (LINK in [words for _href, words in read(patient.get(address(visit))).links]) == bool(notice)
    form = patient.get(address(visit, "wish/")).content.decode()
    assert (f'<option value="{notice}" selected>' in form) == bool(notice)
    assert wish_for(patient, visit, notice=notice or "12").status_code == (303 if notice else 422)


def test_a_cancelled_visit_has_no_wish_to_make(cast, patient, visit):
    cancel(cast, visit.reference)
    page = read(patient.get(address(visit, "wish/")))
    assert "A visit that is cancelled cannot be moved." in page.text


def test_it_is_there_by_the_link_too(client, visit):
    token = token_of(visit)
    client.post(f"/m/{token}/", {"birth_year": "1948", "then": "visit"})
    assert wish_for(client, visit).status_code == 303
    wish = Wish.objects.get()
    assert (wish.made_door, wish.actor.appointment_ids) == ("link", (visit.pk,))
    assert "Stop looking" in read(client.get(address(visit))).buttons


def test_a_proxys_wish_moves_the_visit_for_the_patient(cast, sign_in, visit):
    assert wish_for(sign_in(cast.proxy_user), visit).status_code == 303
    assert serve_wishes(now=cast.now) == 1
    assert Appointment.objects.get(pk=visit.pk).moves == 1


def test_strangers_find_nothing(cast, sign_in, visit):
    stranger = sign_in(cast.stranger_user)
    assert stranger.get(address(visit, "wish/")).status_code == 404
    assert wish_for(stranger, visit).status_code == 404
    assert stranger.post(address(visit, "wish/"), {"stop": "1"}).status_code == 404


def test_the_pages_cost_the_same_however_many_could_give_the_visit(cast, patient, visit):
    wish_for(patient, visit)
    for name, most in (("", 6), ("wish/", 6)):
        for count in (1, 3):
            while cast.visit_type.practitioners.count() < count:
                add_practitioner(cast, f"Dr. {count}")
            with CaptureQueriesContext(connection) as queries:
                assert patient.get(address(visit, name)).status_code == 200
            assert len(queries) <= most, "\n".join(x["sql"][:150] for x in queries)
