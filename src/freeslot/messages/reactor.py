"""Makes the messages of an event: one row for each recipient, the same rows however often it is run."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from uuid_utils.compat import uuid7

from freeslot.events.models import Event
from freeslot.events.wake import wake_after_commit
from freeslot.messages.kinds import MessageKind, appointment_id_of, kind_of, tells_practice
from freeslot.messages.models import Message
from freeslot.messages.senders import message_host
from freeslot.messages.sms import reason_against_texts
from freeslot.patients.models import Contact
from freeslot.scheduling.models import Appointment, Checkout

NO_GATEWAY = "no_gateway"


def react(event: Event, now: datetime) -> None:
    """Queues what this event has to tell; the database forbids a second row for the same recipient."""
    kind = kind_of(event)
    if kind is None:
        return
    rows = list(_about_visit(event, kind, now)) if kind.is_about_visit else [code_row(event, now)]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    wake_after_commit()


def contacts_told(appointment: Appointment) -> QuerySet[Contact]:
    """Whom messages about a visit are for: every e-mail address and, where a gateway is set up, every telephone."""
    kinds = [Contact.Kind.EMAIL, *([Contact.Kind.PHONE] if settings.SMS_GATEWAY else [])]
    return Contact.objects.filter(patient_id=appointment.patient_id, kind__in=kinds).order_by("kind", "pk")


def reason_against(contact: Contact) -> str:
    """Why a message for this contact stays here, known as such; empty where it goes out."""
    return reason_against_texts(contact) if contact.kind == Contact.Kind.PHONE else ""


def channel_to(kind: str) -> Message.Channel:
    """How a contact of this kind is reached."""
    return Message.Channel.SMS if kind == Contact.Kind.PHONE else Message.Channel.EMAIL


def code_row(event: Event, now: datetime) -> Message:
    """A guest's code goes to the contact that it has to prove, and to no other."""
    checkout = Checkout.objects.select_related("practice").filter(pk=event.subject_id).first()
    row = Message(
        pk=uuid7(),
        practice_id=event.practice_id,
        event_id=event.pk,
        event_version=event.version,
        kind=MessageKind.CHECKOUT_CODE,
        language=language_among(checkout.language, checkout.practice.language) if checkout else language_among(),
        queued_at=now,
        due_at=now,
    )
    if checkout is None or not checkout.contact_value:
        row.channel = Message.Channel.NONE
        _stays(row, "no_address")
        return row
    _goes_to(row, checkout.contact_kind, checkout.contact_value)
    if row.channel == Message.Channel.SMS and not settings.SMS_GATEWAY:
        _stays(row, NO_GATEWAY)
    return row


def language_of(appointment: Appointment) -> str:
    """The patient's language if we speak it, else the practice's, else ours."""
    return language_among(appointment.patient.language, appointment.practice.language)


def language_among(*languages: str) -> str:
    """The first of them that we speak, else ours."""
    spoken = [code for code, _ in settings.LANGUAGES]
    wished = (*languages, settings.LANGUAGE_CODE)
    codes = (wish.replace("_", "-").split("-")[0].lower() for wish in wished)
    return next((code for code in codes if code in spoken), "en")


def _about_visit(event: Event, kind: MessageKind, now: datetime) -> Iterator[Message]:
    appointment = Appointment.objects.select_related("patient", "practice").get(pk=appointment_id_of(event))
    yield from _rows(event, kind, appointment, now)
    yield from _notice(event, appointment, now)


def _rows(event: Event, kind: MessageKind, appointment: Appointment, now: datetime) -> Iterator[Message]:
    language = language_of(appointment)
    is_told = False
    for contact in contacts_told(appointment):
        row = _row(event, kind, appointment, language, now)
        row.contact = contact
        _goes_to(row, contact.kind, contact.value)
        if reason := reason_against(contact):
            _stays(row, reason)
        is_told = is_told or not reason
        yield row
    if not is_told:
        row = _row(event, kind, appointment, language, now)
        row.channel = Message.Channel.NONE
        _stays(row, "no_address")
        yield row


def _notice(event: Event, appointment: Appointment, now: datetime) -> Iterator[Message]:
    """What a patient was told that we would tell the practice; without an address for it, a row that says so."""
    if not tells_practice(event):
        return
    language = language_among(appointment.practice.language)
    row = _row(event, MessageKind.PRACTICE_NOTICE, appointment, language, now)
    _goes_to(row, Contact.Kind.EMAIL, appointment.practice.email)
    if not row.address:
        _stays(row, "no_address")
    yield row


def _goes_to(row: Message, kind: str, address: str) -> None:
    row.channel, row.address = channel_to(kind), address
    if row.channel == Message.Channel.EMAIL:
        row.message_id = f"<{row.pk}@{message_host()}>"


def _stays(row: Message, reason: str) -> None:
    row.state, row.done_at, row.last_error = Message.State.UNDELIVERABLE, row.queued_at, reason


def _row(event: Event, kind: MessageKind, appointment: Appointment, language: str, now: datetime) -> Message:
    """What is beside the visit's own history goes after what the visit's events have told so far."""
    return Message(
        pk=uuid7(),
        practice_id=event.practice_id,
        appointment_id=appointment.pk,
        event_id=event.pk,
        event_version=event.version if event.subject_id == appointment.pk else appointment.version,
        kind=kind,
        language=language,
        sequence=event.data["sequence"],
        queued_at=now,
        due_at=now,
    )
