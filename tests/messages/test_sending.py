"""Mails on their way: order, failures of every kind, and nothing lost."""

import pytest

from freeslot.messages.models import Message
from tests.messages.mailserver import Mailbox
from tests.messages.support import cancel, make_messages, send_all
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db


def test_a_cancel_reaches_the_patient_by_mail(mailbox: Mailbox):
    cast = make_cast()
    cancel(cast, cast.book())
    make_messages(cast.now)

    send_all(cast.now)

    assert [mail["To"] for mail in mailbox.mails] == [cast.patient.contacts.get().value] * 2
    assert mailbox.subjects == [
        "Visit booked: Wed 10 March, 4:00 pm – Elm Street Practice",
        "Visit cancelled: Wed 10 March, 4:00 pm – Elm Street Practice",
    ]
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
