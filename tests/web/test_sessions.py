"""An answer stays true when the session it was given in cannot be saved."""

from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import Client

from freeslot.scheduling.models import Appointment
from tests.support.cast import NOW, make_cast
from tests.visits.pages import address, read


def test_a_cancel_is_told_though_its_session_ended_meanwhile(db, time_machine, monkeypatch, caplog):
    time_machine.move_to(NOW)
    cast = make_cast(weeks=2)
    visit, client = cast.book(), Client()
    client.post(address(visit, "cancellation/"), {"note": "kept for who signs in"})
    client.force_login(cast.patient_user)
    form = read(client.get(address(visit, "cancellation/"))).fields

    def save(*_given: object, **_named: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(Session, "save", save)
        answer = client.post(address(visit, "cancellation/"), form)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "receipt/"))
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"
    assert caplog.messages == ["A session was not saved: SessionInterrupted"]
