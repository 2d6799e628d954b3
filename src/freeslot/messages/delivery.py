"""What was sent where and how far it came, for pages; and sending it once more."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from django.db.models import F, Q
from django.utils.translation import gettext as _

from freeslot.events.models import Event
from freeslot.events.wake import wake_after_commit
from freeslot.messages.codes import codes_for
from freeslot.messages.fates import Blame
from freeslot.messages.kinds import MessageKind, kind_of, tells_practice
from freeslot.messages.models import Message
from freeslot.messages.reactor import channel_to, contacts_told, reason_against
from freeslot.messages.senders import sender_address
from freeslot.messages.sms import LANDLINE, NO_CONSENT
from freeslot.patients.models import Contact
from freeslot.scheduling.models import Appointment
from freeslot.web.facts import Place
from freeslot.web.formatting import near_clock

__all__ = ["Again", "Delivery", "deliveries_of", "send_again", "sender_address"]

MOST_REPEATS = 5
BETWEEN_REPEATS = timedelta(minutes=1)

OPTED_OUT = {f"{how}_{code}" for how in ("refused", "reported") for code in codes_for(Blame.OPTED_OUT)}
NOT_MOBILE = {LANDLINE} | {f"{how}_{code}" for how in ("refused", "reported") for code in codes_for(Blame.NOT_MOBILE)}
# What the consent or the number forbids is not to be had by asking again.
KEPT_BACK = OPTED_OUT | NOT_MOBILE | {NO_CONSENT}


@dataclass(frozen=True)
class Delivery:
    """One message as a page shows it. `message_id` is None while the worker has yet to make it."""

    event_id: uuid.UUID
    kind: str
    channel: str
    what: str
    state: Literal["waiting", "sent", "delivered", "failed"]
    words: str
    at: datetime | None = None
    carries_calendar: bool = False
    can_be_sent_again: bool = False
    message_id: uuid.UUID | None = None


class Again(StrEnum):
    """What came of the wish to have a message once more."""

    QUEUED = "queued"
    TOO_SOON = "too_soon"
    TOO_OFTEN = "too_often"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


def deliveries_of(
    appointment_id: uuid.UUID, event_id: uuid.UUID | None = None, *, place: Place | None = None
) -> list[Delivery]:
    """The messages about a visit, or about one event of it, in order; with `place` the words name clock times.

    Without those that only bring a link or a code: they tell of nothing that happened to the visit.

    One statement. Right after a press the worker may not have made an event's messages yet: then those that it will
    make are listed as waiting.
    """
    told = Message.objects.filter(appointment_id=appointment_id).exclude(kind=MessageKind.LINK_ASKED)
    messages = list(told.order_by("event_version", "id"))
    latest = {(message.address, message.channel): message.pk for message in messages}
    wanted = [message for message in messages if event_id is None or message.event_id == event_id]
    if event_id is not None and not wanted:
        return _expected(event_id)
    return [_delivery(message, place, is_latest=message.pk in latest.values()) for message in wanted]


def send_again(*, message_id: uuid.UUID, appointment_id: uuid.UUID, now: datetime) -> Again:
    """Queues the same mail once more, byte for byte: at most once a minute and five times in all.

    The practice's own messages are not the patient's to repeat.

    A message that a later one has overtaken stays where it is: its calendar part would bring the old state back.
    """
    message = Message.objects.filter(pk=message_id, appointment_id=appointment_id).exclude(channel="none").first()
    if message is not None and _is_notice(message.kind):
        return Again.UNKNOWN
    if message is None:
        return Again.UNKNOWN
    same_reader = Message.objects.filter(
        appointment_id=appointment_id, address=message.address, channel=message.channel
    )
    if same_reader.filter(event_version__gt=message.event_version).exists():
        return Again.SUPERSEDED
    if message.repeats >= MOST_REPEATS:
        return Again.TOO_OFTEN
    quiet = Q(queued_at__lte=now - BETWEEN_REPEATS)
    queued = Message.objects.filter(quiet, pk=message_id, done_at__isnull=False, repeats=message.repeats).update(
        state=Message.State.QUEUED,
        done_at=None,
        due_at=now,
        queued_at=now,
        attempts=0,
        lost_answers=0,
        last_error="",
        provider_id="",
        delivered_at=None,
        repeats=F("repeats") + 1,
    )
    if not queued:
        return Again.TOO_SOON
    wake_after_commit()
    return Again.QUEUED


def masked(address: str) -> str:
    """`m•••@example.org`, `•••• 0199`: enough to know one's own, too little to learn another's."""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}•••{at}{host}" if at else f"•••• {address[-4:]}"


def _delivery(message: Message, place: Place | None, *, is_latest: bool) -> Delivery:
    return Delivery(
        event_id=message.event_id,
        kind=message.kind,
        channel=message.channel,
        what=_("Message to the practice") if _is_notice(message.kind) else _what(message.channel, message.address),
        state=_state(message),
        words=_words(message, place),
        at=message.delivered_at or message.sent_at,
        carries_calendar=_carries_calendar(message.kind, message.address, message.channel),
        can_be_sent_again=is_latest and _can_be_sent_again(message),
        message_id=message.pk,
    )


def _can_be_sent_again(message: Message) -> bool:
    is_kept_back = message.channel == Message.Channel.NONE or message.last_error in KEPT_BACK
    is_kept_back = is_kept_back or _is_notice(message.kind)
    return message.done_at is not None and message.repeats < MOST_REPEATS and not is_kept_back


def _expected(event_id: uuid.UUID) -> list[Delivery]:
    event = Event.objects.filter(pk=event_id, done_at__isnull=True).first()
    kind = kind_of(event) if event else None
    if event is None or kind is None:
        return []
    contacts = contacts_told(Appointment.objects.get(pk=event.subject_id))
    expected = [_expected_for(contact, event_id=event_id, kind=kind) for contact in contacts]
    return [*expected, *_expected_notice(event)]


def _expected_notice(event: Event) -> list[Delivery]:
    if not tells_practice(event):
        return []
    kind, channel = MessageKind.PRACTICE_NOTICE, Message.Channel.EMAIL
    what, words = _("Message to the practice"), _("on its way")
    return [Delivery(event_id=event.pk, kind=kind, channel=channel, what=what, state="waiting", words=words)]


def _is_notice(kind: str) -> bool:
    return MessageKind(kind).is_for_practice


def _expected_for(contact: Contact, *, event_id: uuid.UUID, kind: MessageKind) -> Delivery:
    channel, reason = channel_to(contact.kind), reason_against(contact)
    return Delivery(
        event_id=event_id,
        kind=kind,
        channel=channel,
        what=_what(channel, contact.value),
        state="failed" if reason else "waiting",
        words=_words_for(reason) if reason else _("on its way"),
        carries_calendar=_carries_calendar(kind, contact.value, channel),
    )


def _carries_calendar(kind: str, address: str, channel: str) -> bool:
    is_own = address.lower() == sender_address().lower()
    return channel == Message.Channel.EMAIL and bool(MessageKind(kind).calendar_method) and not is_own


def _what(channel: str, address: str) -> str:
    names = {
        Message.Channel.EMAIL: _("E-mail to %(address)s"),
        Message.Channel.SMS: _("Text to %(address)s"),
        Message.Channel.PUSH: _("Message to your phone"),
        Message.Channel.NONE: _("E-mail"),
    }
    words = names[Message.Channel(channel)]
    return words % {"address": masked(address)} if "%(" in words else words


def _state(message: Message) -> Literal["waiting", "sent", "delivered", "failed"]:
    if message.state == Message.State.QUEUED:
        return "waiting"
    if message.state == Message.State.SENT:
        return "sent"
    return "delivered" if message.state == Message.State.DELIVERED else "failed"


def _words(message: Message, place: Place | None) -> str:
    if message.channel == Message.Channel.NONE:
        return _("The practice has no e-mail address of yours.")
    if message.state == Message.State.QUEUED:
        return _("not sent yet, we keep trying") if message.last_error else _("on its way")
    if message.state == Message.State.FAILED and message.lost_answers:
        return _("may not have arrived")
    if message.state in {Message.State.FAILED, Message.State.UNDELIVERABLE}:
        return _words_for(message.last_error)
    is_delivered, at = message.state == Message.State.DELIVERED, message.delivered_at or message.sent_at
    if place is None or at is None:
        return _("delivered") if is_delivered else _("sent")
    time = {"time": near_clock(at, zone=place.zone, locale=place.locale, now=place.now)}
    return (_("delivered %(time)s") if is_delivered else _("sent %(time)s")) % time


def _words_for(reason: str) -> str:
    """Why it was not sent: where the patient can change that, it is said."""
    if reason in OPTED_OUT:
        return _("not sent: you have stopped our texts")
    if reason == NO_CONSENT:
        return _("not sent: you have not agreed to texts")
    if reason in NOT_MOBILE:
        return _("not sent: this number cannot receive texts")
    return _("could not be delivered")
