"""What has happened to a visit, on its page: each step with who, when and through which door."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.undo import undo_cancel
from tests.link.doors import opened
from tests.visits.pages import address, read
from tests.visits.test_feed import move


def text(client, visit) -> str:
    return read(client.get(address(visit))).text


def test_every_step_stands_there_in_order(cast, patient):
    visit = cast.book()
    move(cast, visit, days=9, at=cast.now)
    cancel(cast, visit, actor=cast.proxy, door=Door.LINK, minutes=1)
    undo_cancel(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now + timedelta(minutes=2))
    cancel(cast, visit, actor=cast.staff, door=Door.DESK, minutes=3)
    said = text(patient, visit).split("What has happened so far")[1]
    assert said.startswith(
        " Booked Wed 3 March, 4:00 pm, by you, on the practice’s portal."
        " Moved Wed 3 March, 4:00 pm, by you, on the practice’s portal (before: Wed 10 March, 4:00 pm)."
        " Cancelled Wed 3 March, 4:01 pm, by someone who acts for the patient, by the link in a message."
        " The cancel was taken back Wed 3 March, 4:02 pm, by you, on the practice’s portal."
        " Cancelled Wed 3 March, 4:03 pm, by the practice, at the practice’s desk."
    )


def test_it_is_told_to_each_reader_as_they_would_say_it(cast, sign_in):
    visit = cast.book()
    assert "Booked Wed 3 March, 4:00 pm, by the patient, on" in text(sign_in(cast.proxy_user), visit)
    assert "Booked Wed 3 March, 4:00 pm, by you, on" in text(opened(visit), visit)


@pytest.mark.parametrize("moves", [1, 3])
def test_a_long_history_takes_no_more_statements(cast, patient, moves):
    visit = cast.book()
    for each in range(moves):
        move(cast, visit, days=8 + each)
    with CaptureQueriesContext(connection) as queries:
        patient.get(address(visit))
    assert len(queries) == 5


def cancel(cast, visit, *, actor, door: Door, minutes: int) -> None:
    cancel_appointment(
        ref=visit.reference, actor=actor, door=door, reason="", note="", accepted_fee=0, idempotency_key="",
        now=cast.now + timedelta(minutes=minutes),
    )  # fmt: skip
