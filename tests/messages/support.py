"""Short ways to what tests of messages need: visits in every state, their messages, and the mails made of them."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import Envelope

from freeslot.events.models import Event
from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.messages.mail import mail_for
from freeslot.messages.models import Message
from freeslot.messages.reactor import react
from freeslot.messages.sending import send_due_messages, send_due_texts
from freeslot.patients.models import Contact
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.codes import ask_code
from freeslot.scheduling.operations.move import move_appointment
from freeslot.scheduling.operations.undo import undo_cancel
from tests.support.cast import RULES, Cast, make_cast

TO_PATIENTS = [kind for kind in MessageKind if kind.is_about_visit and not kind.is_for_practice]
TELLING_RULES = RULES | {"tell_after": {"minutes_before": 120}}


def cancel(
    cast: Cast, visit: Appointment, *, at: datetime | None = None, actor: Actor | None = None, ask_review: bool = False
) -> None:
    by_practice = actor is not None and actor.practice_id is not None
    cancel_appointment(
        ref=visit.reference,
        actor=actor or cast.patient_actor,
        door=Door.DESK if by_practice else Door.PORTAL,
        reason="",
        note="",
        accepted_fee=99999,
        idempotency_key="",
        now=at or cast.now,
        ask_review=ask_review,
    )


def undo(cast: Cast, visit: Appointment, *, at: datetime) -> None:
    undo_cancel(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=at)


def move(cast: Cast, visit: Appointment, *, days: int, at: datetime | None = None, actor: Actor | None = None) -> Event:
    """To the first free slot at least so many days from the cast's now."""
    by_practice = actor is not None and actor.practice_id is not None
    free = cast.schedule.slots.filter(status=Slot.Status.FREE, starts_at__gte=cast.now + timedelta(days=days))
    moved = move_appointment(
        ref=visit.reference,
        slot_ids=[free.order_by("starts_at")[0].pk],
        actor=actor or cast.patient_actor,
        door=Door.DESK if by_practice else Door.PORTAL,
        accepted_fee=99999,
        idempotency_key="",
        now=at or cast.now,
    )
    assert moved.event is not None
    return moved.event


def make_messages(now: datetime) -> list[Message]:
    """What the reactor makes of all events there are, in their order."""
    for event in Event.objects.order_by("subject_id", "version"):
        react(event, now)
    return list(Message.objects.order_by("queued_at", "appointment_id", "event_version"))


def send_all(now: datetime) -> None:
    while send_due_messages(now=now):
        pass


def send_texts(now: datetime) -> None:
    while send_due_texts(now=now):
        pass


def give_phone(
    cast: Cast, number: str = "+12125550199", *, has_agreed: bool = True, takes_texts: bool = True
) -> Contact:
    return Contact.objects.create(
        practice=cast.practice,
        patient=cast.patient,
        kind=Contact.Kind.PHONE,
        value=number,
        consented_at=cast.now - timedelta(days=90) if has_agreed else None,
        can_receive_texts=takes_texts,
    )


def letter_of(message: Message) -> Letter:
    kind = MessageKind(message.kind)
    return Letter.of(Event.objects.get(pk=message.event_id), language=message.language, kind=kind)


def mail_of(message: Message) -> EmailMessage:
    """As a mail program reads it from its bytes."""
    mail = message_from_bytes(mail_for(message, letter_of(message)).as_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert not [defect for part in mail.walk() for defect in part.defects]
    return mail


def plain_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_text(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def calendar_text(mail: EmailMessage) -> bytes:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return bytes(parts[0].get_payload(decode=True)) if parts else b""


def one_of_each(language: str = "en", *, alias: str = "", name: str = "Elm Street Practice") -> dict[str, Message]:
    """A message of every kind that a patient gets, by its kind."""
    cast = make_cast(language=language, rules=TELLING_RULES, name=name, weeks=2)
    if alias:
        cast.practice.neutral_alias = alias
        cast.practice.save()
    free = cast.book()
    cancel(cast, free)
    undo(cast, free, at=cast.now + timedelta(minutes=2))
    cancel(cast, cast.book(days=3), actor=cast.staff)
    late = cast.book(days=1)
    cancel(cast, late, at=late.starts_at - timedelta(hours=5))
    told = cast.book(days=2)
    cancel(cast, told, at=told.starts_at - timedelta(hours=1))
    move(cast, cast.book(days=4), days=5)
    ask_code(free, door=Door.LINK, now=cast.now + timedelta(minutes=3))
    made = make_messages(cast.now + timedelta(days=3))
    return {message.kind: message for message in made if not MessageKind(message.kind).is_for_practice}


def next_try() -> datetime:
    waiting = Message.objects.in_turn().order_by("due_at")
    return waiting.values_list("due_at", flat=True)[0]


def state_and_error() -> tuple[str, str]:
    return Message.objects.values_list("state", "last_error").get()


def only_contact() -> Contact:
    return Contact.objects.get()


def words_of(envelope: Envelope) -> str:
    content = envelope.content
    return content.decode() if isinstance(content, bytes) else str(content)
