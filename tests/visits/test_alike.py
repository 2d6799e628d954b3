"""Two visits that look alike: what differs is shown, and which one is meant is asked."""

from freeslot.patients.models import Grant
from freeslot.scheduling.models import Appointment
from tests.support.cast import make_patient
from tests.visits.pages import address, press_cancel, read


def test_both_are_shown_and_none_is_chosen_beforehand(cast, patient):
    first, second = cast.book(days=5), cast.book(days=6)
    answer = patient.get(address(first, "cancellation/"))
    page = read(answer)
    assert page.choices == [first.reference, second.reference]
    assert "checked" not in answer.content.decode()
    assert "Mon 8 March, 4:00 pm" in page.text
    assert "Tue 9 March, 4:00 pm" in page.text


def test_without_a_pick_nothing_is_cancelled(cast, patient):
    first, _second = cast.book(days=5), cast.book(days=6)
    answer = press_cancel(patient, first, note="kept")
    assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked")
    assert "Pick the visit that you mean." in read(answer).text
    assert read(answer).fields["note"] == "kept"


def test_the_one_this_page_is_about_is_cancelled(cast, patient):
    first, second = cast.book(days=5), cast.book(days=6)
    assert press_cancel(patient, first, which=first.reference).status_code == 303
    statuses = [Appointment.objects.get(pk=visit.pk).status for visit in (first, second)]
    assert statuses == ["cancelled", "booked"]


def test_picking_the_other_leads_to_its_own_page_and_cancels_nothing(cast, patient):
    first, second = cast.book(days=5), cast.book(days=6)
    answer = press_cancel(patient, first, which=second.reference)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(second, "cancellation/?picked=1"))
    assert not Appointment.objects.filter(status="cancelled").exists()
    answer = patient.get(answer.headers["Location"])
    assert "Nothing is cancelled yet. This is the visit you picked." in read(answer).text
    assert f'value="{second.reference}" checked' in answer.content.decode()


def test_a_page_that_was_only_opened_says_nothing_of_a_pick(cast, patient):
    first, _second = cast.book(days=5), cast.book(days=6)
    assert "you picked" not in read(patient.get(address(first, "cancellation/"))).text


def test_two_childrens_visits_are_told_apart_by_name(cast, patient):
    sam = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=sam, scope=Grant.Scope.CARER)
    first = cast.book(days=5)
    cast.patient = sam
    cast.book(days=5)
    text = read(patient.get(address(first, "cancellation/"))).text
    assert f"Maria · {first.reference}" in text
    assert "Sam · FS-" in text


def test_visits_a_week_apart_are_not_mixed_up(cast, patient):
    first, _next_week = cast.book(days=3), cast.book(days=10)
    assert read(patient.get(address(first, "cancellation/"))).choices == []


def test_a_visit_that_cannot_be_cancelled_any_more_is_not_asked_about(cast, patient):
    first, second = cast.book(days=5), cast.book(days=6)
    press_cancel(patient, second, which=second.reference)
    assert read(patient.get(address(first, "cancellation/"))).choices == []
