"""What patients are promised that the practice is told, it is told: by a mail of its own."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.events.models import Event
from freeslot.messages.addressing import letter_for
from freeslot.messages.delivery import Again, deliveries_of, send_again
from freeslot.messages.mail import mail_for
from freeslot.messages.models import Message
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment, ManageLink
from tests.messages.support import TELLING_RULES, cancel, html_text, mail_of, make_messages, plain_text
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
NOTICE = "practice_notice"


def told_visit(**options: Any) -> tuple[Cast, Appointment]:
    cast = make_cast(rules=TELLING_RULES, weeks=2, **options)
    visit = cast.book(days=2)
    cancel(cast, visit, at=visit.starts_at - timedelta(hours=1))
    return cast, visit


def test_the_practice_gets_one_mail_however_often_the_event_is_handled():
    cast, _ = told_visit()
    make_messages(cast.now)
    make_messages(cast.now)

    notice = Message.objects.get(kind=NOTICE)
    assert (notice.address, notice.channel, notice.contact) == ("desk@elm.example", "email", None)


def test_it_says_which_visit_since_when_and_who_decides():
    cast, visit = told_visit()
    make_messages(cast.now)
    mail = mail_of(Message.objects.get(kind=NOTICE))

    assert mail["Subject"] == "A patient is not coming: Fri 5 March, 4:00 pm – Elm Street Practice"
    assert (mail["To"], mail["Reply-To"]) == ("desk@elm.example", None)
    for body in (plain_text(mail), html_text(mail)):
        assert "The patient let you know at 3:00 pm (New York time) that they are not coming." in body
        assert "By your rules a late cancel costs $25.00." in body
        assert visit.reference in body
        assert "Maria" in body
        assert "Check-up" not in body
        assert "attached" not in body
        assert "by you," not in body
        assert "Practice told" in body
        assert "Cancelled" not in body
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == ["text/plain", "text/html"]


def test_it_carries_no_right_to_the_visit():
    cast, _ = told_visit()
    make_messages(cast.now)
    notice = Message.objects.get(kind=NOTICE)
    content = mail_for(notice, letter_for(notice, now=cast.now)).as_string()

    assert "/m/" not in content
    assert not ManageLink.objects.exists()


def test_the_patient_sees_that_it_went_out_and_cannot_repeat_it():
    cast, visit = told_visit()
    make_messages(cast.now)
    notice = Message.objects.get(kind=NOTICE)
    Message.objects.filter(kind=NOTICE).update(state="sent", sent_at=cast.now, done_at=cast.now)

    shown = [each for each in deliveries_of(visit.pk, notice.event_id) if each.kind == NOTICE]
    assert [(each.what, each.state, each.can_be_sent_again) for each in shown] == [
        ("Message to the practice", "sent", False)
    ]
    later = cast.now + timedelta(hours=1)
    assert send_again(message_id=notice.pk, appointment_id=visit.pk, now=later) is Again.UNKNOWN


def test_before_the_worker_came_by_it_is_listed_as_waiting():
    _, visit = told_visit()
    event = Event.objects.get(subject_id=visit.pk, kind="appointment.practice_told")
    shown = deliveries_of(visit.pk, event.pk)
    assert [(each.what, each.state) for each in shown][-1] == ("Message to the practice", "waiting")


def test_a_practice_without_an_address_is_known_as_such():
    cast, _ = told_visit()
    Practice.objects.update(email="")
    make_messages(cast.now)

    notice = Message.objects.get(kind=NOTICE)
    assert (notice.state, notice.last_error) == ("undeliverable", "no_address")


def test_it_is_written_in_the_practices_language():
    cast, _ = told_visit(language="es")
    cast.patient.languages = ["en"]
    cast.patient.save()
    make_messages(cast.now)

    assert set(Message.objects.values_list("kind", "language")) == {
        ("booked", "en"), ("practice_told", "en"), (NOTICE, "es"),
    }  # fmt: skip
