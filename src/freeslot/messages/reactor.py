"""Makes the messages of an event: one row for each recipient, the same rows however often it is run."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from uuid_utils.compat import uuid7

from freeslot.events.models import Event
from freeslot.events.wake import wake_after_commit
from freeslot.messages.kinds import MessageKind, kind_of
from freeslot.messages.models import Message
from freeslot.messages.senders import message_host
from freeslot.patients.models import Contact
from freeslot.scheduling.models import Appointment


def react(event: Event, now: datetime) -> None:
    """Queues what this event has to tell; the database forbids a second row for the same recipient."""
    kind = kind_of(event)
    if kind is None:
        return
    appointment = Appointment.objects.select_related("patient", "practice").get(pk=event.subject_id)
    rows = _rows(event, kind, appointment, mail_contacts(appointment), now)
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    wake_after_commit()


def mail_contacts(appointment: Appointment) -> QuerySet[Contact]:
    """Where mail about a visit goes: every e-mail address the practice has of its patient."""
    return Contact.objects.filter(patient_id=appointment.patient_id, kind=Contact.Kind.EMAIL).order_by("pk")


def language_of(appointment: Appointment) -> str:
    """The patient's language if we speak it, else the practice's, else ours."""
    spoken = [code for code, _ in settings.LANGUAGES]
    wished = (appointment.patient.language, appointment.practice.language, settings.LANGUAGE_CODE)
    codes = (wish.replace("_", "-").split("-")[0].lower() for wish in wished)
    return next((code for code in codes if code in spoken), "en")


def _rows(
    event: Event, kind: MessageKind, appointment: Appointment, contacts: Iterable[Contact], now: datetime
) -> Iterator[Message]:
    language = language_of(appointment)
    nobody = True
    for contact in contacts:
        nobody = False
        row = _row(event, kind, language, now)
        row.contact, row.address, row.channel = contact, contact.value, Message.Channel.EMAIL
        row.message_id = f"<{row.pk}@{message_host()}>"
        yield row
    if nobody:
        row = _row(event, kind, language, now)
        row.channel, row.state = Message.Channel.NONE, Message.State.UNDELIVERABLE
        row.done_at, row.last_error = now, "no_address"
        yield row


def _row(event: Event, kind: MessageKind, language: str, now: datetime) -> Message:
    return Message(
        pk=uuid7(),
        practice_id=event.practice_id,
        appointment_id=event.subject_id,
        event_id=event.pk,
        event_version=event.version,
        kind=kind,
        language=language,
        sequence=event.data["sequence"],
        queued_at=now,
        due_at=now,
    )
