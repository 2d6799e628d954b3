"""Which messages an event makes, for whom, and never twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freeslot.events.models import Event
from freeslot.messages.models import Message
from freeslot.patients.models import Contact
from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.release import release_slots
from tests.messages.gatewayserver import use_gateway
from tests.messages.support import TO_PATIENTS, cancel, give_phone, make_messages, one_of_each, undo
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def test_each_event_makes_the_message_it_calls_for():
    assert set(one_of_each()) == set(TO_PATIENTS)


def test_an_event_handled_twice_makes_its_messages_once():
    cast = make_cast()
    cancel(cast, cast.book())

    make_messages(cast.now)
    first = list(Message.objects.values_list("pk", "message_id"))
    make_messages(cast.now + timedelta(minutes=1))

    assert list(Message.objects.values_list("pk", "message_id")) == first
    assert len(first) == 2


def test_every_mail_address_of_the_patient_gets_its_own_message():
    cast = make_cast()
    _add_contact(cast, "email", "second@example.org")
    _add_contact(cast, "phone", "+12125550199")
    visit = cast.book()

    messages = make_messages(cast.now)

    addresses = sorted(Contact.objects.filter(kind="email").values_list("value", flat=True))
    assert sorted(message.address for message in messages) == addresses
    assert {message.channel for message in messages} == {"email"}
    assert {message.appointment_id for message in messages} == {visit.pk}


def test_each_telephone_has_a_row_that_goes_out_or_says_why_not(settings: Any):
    use_gateway(settings, 9)
    cast = make_cast()
    give_phone(cast, "+12125550101")
    give_phone(cast, "+12125550102", has_agreed=False)
    give_phone(cast, "+12125550103", takes_texts=False)
    give_phone(cast, "+12125550104", has_agreed=False, takes_texts=False)
    cast.book()

    make_messages(cast.now)
    make_messages(cast.now)

    texts = Message.objects.filter(channel="sms").order_by("address")
    assert list(texts.values_list("address", "state", "last_error", "done_at")) == [
        ("+12125550101", "queued", "", None),
        ("+12125550102", "undeliverable", "no_consent", cast.now),
        ("+12125550103", "undeliverable", "landline", cast.now),
        ("+12125550104", "undeliverable", "no_consent", cast.now),
    ]
    assert Message.objects.exclude(channel="sms").get().channel == "email"


def test_without_a_gateway_a_telephone_has_no_row():
    cast = make_cast()
    give_phone(cast)
    cast.book()

    assert [message.channel for message in make_messages(cast.now)] == ["email"]


@pytest.mark.parametrize(("has_agreed", "channels"), [(True, {"sms"}), (False, {"sms", "none"})])
def test_who_is_reached_by_text_alone_is_reached(settings: Any, has_agreed: bool, channels: set[str]):
    use_gateway(settings, 9)
    cast = make_cast()
    cast.patient.contacts.all().delete()
    give_phone(cast, has_agreed=has_agreed)
    cast.book()

    assert {message.channel for message in make_messages(cast.now)} == channels


def test_the_address_is_kept_as_it_was():
    cast = make_cast()
    was = cast.patient.contacts.get().value
    cast.book()
    make_messages(cast.now)

    cast.patient.contacts.update(value="new@example.org")

    assert make_messages(cast.now)[0].address == was


def test_a_patient_without_an_address_leaves_a_row_that_says_so():
    cast = make_cast()
    cast.patient.contacts.all().delete()
    cast.book()

    make_messages(cast.now)
    (message,) = make_messages(cast.now)

    assert (message.channel, message.state, message.last_error) == ("none", "undeliverable", "no_address")
    assert message.done_at == cast.now


def test_a_release_and_a_check_in_need_no_message():
    cast = make_cast()
    visit, other = cast.book(), cast.book(days=1)
    cancel(cast, visit)
    release_slots(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)
    check_in(ref=other.reference, actor=cast.staff, door=Door.DESK, now=other.starts_at)

    make_messages(cast.now)

    told = set(Message.objects.values_list("event_id", flat=True))
    silent = set(Event.objects.exclude(pk__in=told).values_list("kind", flat=True))
    assert silent == {"appointment.released", "appointment.arrived"}


def test_a_cancel_by_the_system_is_told_as_the_practices():
    cast = make_cast()
    cancel(cast, cast.book(), actor=SYSTEM)

    assert [message.kind for message in make_messages(cast.now)] == ["booked", "cancelled_by_practice"]


def test_a_fee_in_review_is_told_as_late():
    cast = make_cast()
    cancel(cast, cast.book(days=0), ask_review=True)

    assert [message.kind for message in make_messages(cast.now)] == ["booked", "cancelled_late"]


@pytest.mark.parametrize(
    ("patients", "practices", "told_in"),
    [("es", "en", "es"), ("", "es", "es"), ("es-US", "en", "es"), ("fr", "es", "es"), ("fr", "de", "en")],
)
def test_the_language_is_the_patients_then_the_practices_then_ours(patients: str, practices: str, told_in: str):
    cast = make_cast(language=practices)
    cast.patient.languages = [patients] if patients else []
    cast.patient.save()
    cast.book()

    assert [message.language for message in make_messages(cast.now)] == [told_in]


def test_a_deleted_contact_leaves_the_history_standing():
    cast = make_cast()
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now)
    make_messages(cast.now)

    cast.patient.contacts.all().delete()

    assert list(Message.objects.values_list("contact", flat=True)) == [None, None, None]


def _add_contact(cast: Cast, kind: str, value: str) -> None:
    Contact.objects.create(
        practice=cast.practice,
        patient=cast.patient,
        kind=kind,
        value=value,
        consented_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
