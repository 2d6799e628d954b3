"""While the database is away the link door says so, and whom to call; nothing is ever half done."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from freeslot.doors.link.models import Slowdown
from freeslot.doors.link.views import again, find
from freeslot.scheduling.models import Appointment
from tests.link.doors import address_of, guess, link_of, opened, prove, token_of, waits_of
from tests.support.cast import make_cast
from tests.visits.pages import address, read


def fail(*_given: object, **_named: object) -> None:
    raise OperationalError("the database is away")


def failing_from(statement: int):
    """The database answers so many statements, then it is gone."""
    left = iter(range(statement))

    def execute(run: Any, *given: Any) -> Any:
        if next(left, None) is None:
            raise OperationalError("the database is away")
        return run(*given)

    return connection.execute_wrapper(execute)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("press", ["read", "guess", "prove", "send"])
def test_wherever_it_fails_the_answer_is_the_usual_page(clock, press):
    visit = make_cast(weeks=2).book()
    for statement in range(16):
        fails_and_comes_back(visit, press, statement)


def fails_and_comes_back(visit: Appointment, press: str, statement: int) -> None:
    token, client = token_of(visit), Client(raise_request_exception=False)
    presses = {
        "read": lambda: client.get(address_of(token)),
        "guess": lambda: guess(client, token),
        "prove": lambda: prove(client, token),
        "send": lambda: client.post(address_of(token), {"send": "code"}),
    }
    with failing_from(statement):
        answer = presses[press]()
    if answer.status_code == 503:
        assert read(answer).heading == "We cannot do this right now"
        assert answer.headers["Retry-After"] == "30"
        assert "Nothing was changed. Your visit stands as it was." in read(answer).text
    else:
        assert answer.status_code in {"read": {200}, "guess": {422, 429}, "prove": {303}, "send": {200}}[press]
    assert presses[press]().status_code < 500, statement


@pytest.mark.parametrize(
    ("where", "name"), [(find, "one_try"), (find, "_visit"), (find, "write_search"), (find, "_places")]
)
def test_a_lost_link_gets_it_too(cast, monkeypatch, where, name):
    visit = cast.book()
    monkeypatch.setattr(where, name, fail)
    answer = Client().post("/find/", {"reference": visit.reference, "birth_date": "7 March 1948"})
    assert (answer.status_code, read(answer).heading) == (503, "We cannot do this right now")


def test_the_proof_after_the_end_gets_it_too(cast, monkeypatch):
    visit = cast.book()
    client = opened(visit)
    monkeypatch.setattr(again, "opened_visits", fail)
    answer = client.post("/m/", {"ref": visit.reference, "birth_year": "1948"})
    assert answer.status_code == 503


def test_a_try_that_failed_half_way_is_not_counted(cast, monkeypatch):
    token = token_of(cast.book())
    guess(Client(), token)
    with monkeypatch.context() as patch:
        patch.setattr(Slowdown, "save", fail)
        assert guess(Client(), token).status_code == 503
    assert waits_of(link_of(token)) == 1


def test_a_cancel_by_link_that_fails_says_the_visit_is_still_booked(cast, monkeypatch):
    visit = cast.book()
    client = opened(visit)
    form = read(client.get(address(visit, "cancellation/"))).fields
    with monkeypatch.context() as patch:
        patch.setattr("freeslot.scheduling.operations.cancel.lock_appointment", fail)
        answer = client.post(address(visit, "cancellation/"), form | {"note": "kept"})
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visit is still booked")
    assert Appointment.objects.get(pk=visit.pk).status == "booked"
    assert client.post(address(visit, "cancellation/"), page.fields).status_code == 303


def test_while_work_is_done_on_it_every_page_says_so(cast, settings):
    token = token_of(cast.book())
    settings.MAINTENANCE = True
    for each in (address_of(token), "/m/", "/find/"):
        answer = Client().get(each)
        assert (answer.status_code, read(answer).heading) == (503, "We are working on this service")
