"""Every address of a visit, walked by everybody: only who may see it learns that it exists."""

from datetime import timedelta

import pytest
from django.test import Client

from freeslot.patients.models import Grant
from freeslot.scheduling.models import Appointment
from freeslot.visits.errors import forbidden
from tests.visits.pages import address, press_cancel

READ = ["", "cancellation/", "move/", "receipt/", "receipt.pdf", "receipt.json", "visit.ics"]
PRESSED = ["cancellation/", "undo/", "release/", "resend/"]


def test_signed_out_everyone_is_sent_to_sign_in_and_back(cast):
    visit, client = cast.book(), Client()
    for name in READ:
        answer = client.get(address(visit, name))
        next_page = f"/appointments/{visit.reference}/{name}".replace("/", "%2F")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/accounts/login/?next={next_page}")
    for name in PRESSED:
        answer = client.post(address(visit, name))
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/accounts/login/?next=")
    assert client.get("/appointments/").headers["Location"] == "/accounts/login/?next=%2Fappointments%2F"


def test_a_stranger_learns_nothing_not_even_that_the_visit_exists(cast, patient, sign_in):
    visit = cast.book()
    press_cancel(patient, visit)
    stranger = sign_in(cast.stranger_user)
    unknown = "/appointments/FS-0000-0000/"
    for name in READ:
        answer, nothing = stranger.get(address(visit, name)), stranger.get(unknown + name)
        assert (answer.status_code, nothing.status_code) == (404, 404)
        assert said(answer, visit) == said(nothing, visit)
        assert cast.practice.name not in answer.content.decode()
    assert [stranger.post(address(visit, name)).status_code for name in PRESSED] == [404] * 4
    assert visit.reference not in stranger.get("/appointments/").content.decode()


def said(answer, visit: Appointment) -> str:
    """The page without the address it was asked under, which the language switch repeats."""
    text = answer.content.decode().replace(visit.reference, "").replace("FS-0000-0000", "")
    return "".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)


def test_who_acts_for_the_patient_may_do_what_the_patient_may(cast, sign_in):
    visit, proxy = cast.book(), sign_in(cast.proxy_user)
    assert [proxy.get(address(visit, name)).status_code for name in ("", "cancellation/", "move/")] == [200] * 3
    assert press_cancel(proxy, visit).status_code == 303
    assert [proxy.get(address(visit, name)).status_code for name in READ] == [200] * len(READ)
    cancelled = Appointment.objects.get(pk=visit.pk)
    assert (cancelled.cancelled_by, cancelled.cancelled_by_id) == ("proxy", str(cast.proxy_user.pk))


def test_a_grant_that_has_ended_opens_nothing(cast, sign_in):
    visit = cast.book()
    Grant.objects.filter(user=cast.proxy_user).update(until=cast.now - timedelta(seconds=1))
    assert sign_in(cast.proxy_user).get(address(visit)).status_code == 404


@pytest.mark.parametrize("method", ["head", "options", "put", "patch", "delete"])
def test_no_other_method_changes_anything(cast, patient, method):
    visit = cast.book()
    for name in [*READ, "undo/", "release/"]:
        getattr(patient, method)(address(visit, name))
    assert Appointment.objects.get(pk=visit.pk).version == visit.version


def test_nothing_of_a_visit_is_kept_or_indexed(cast, patient):
    visit = cast.book()
    press_cancel(patient, visit)
    for name in READ:
        answer = patient.get(address(visit, name))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_no_title_names_the_patient(cast, patient):
    visit = cast.book()
    pages = [patient.get(address(visit, name)).content.decode() for name in ("", "cancellation/", "move/", "receipt/")]
    assert not [page for page in pages if "Maria" in page.split("</title>")[0]]


def test_what_is_not_there_is_not_repeated(cast, sign_in):
    visit = cast.book()
    answer = sign_in(cast.stranger_user).get(address(visit))
    assert answer.status_code == 404
    assert visit.reference not in answer.content.decode()


def test_from_where_nothing_is_one_comes_to_ones_own_list(cast, sign_in):
    text = sign_in(cast.stranger_user).get("/appointments/FS-2222-2222/").content.decode()
    assert '<a class="button button-main" href="/appointments/">All my visits</a>' in text


def test_who_may_not_enter_is_offered_to_sign_in(rf):
    assert (
        '<a class="button button-main" href="/accounts/login/">Sign in</a>' in forbidden(rf.get("/x/")).content.decode()
    )
