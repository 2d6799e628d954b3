"""What the gateway tells of a text later: sent on, delivered, or not; in any order, late, and more than once."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from freeslot.messages.codes import refusal
from freeslot.messages.fates import Blame
from freeslot.messages.gateway import number_in
from freeslot.messages.models import Message, MessageQuerySet
from freeslot.messages.settling import note_at_contact

State = Message.State

STATES = {
    "sent": State.SENT,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERABLE,
    "failed": State.UNDELIVERABLE,
    "canceled": State.UNDELIVERABLE,
}
# Which states a report still changes: delivered is final, and a late "sent" says nothing new.
# What failed here for a lost answer was sent all the same.
CHANGES = {
    State.SENT: (State.QUEUED, State.FAILED),
    State.DELIVERED: (State.QUEUED, State.SENT, State.FAILED, State.UNDELIVERABLE),
    State.UNDELIVERABLE: (State.QUEUED, State.SENT, State.FAILED),
}


def note_report(fields: Mapping[str, str], *, message_id: str, repeat: str, now: datetime) -> None:
    """Takes a signed report to its row. One that fits no row, or tells nothing new, changes nothing."""
    state = STATES.get(fields.get("MessageStatus") or fields.get("SmsStatus", ""))
    sid = (fields.get("MessageSid") or fields.get("SmsSid", ""))[:80]
    message = _rows(sid, message_id, repeat).select_related("contact").first()
    if state is None or message is None:
        return
    failure = refusal(code) if (code := number_in(fields.get("ErrorCode"))) else None
    is_bad = state is State.UNDELIVERABLE
    changed = Message.objects.filter(pk=message.pk, repeats=message.repeats, state__in=CHANGES[state]).update(
        state=state,
        provider_id=sid or message.provider_id,
        sent_at=message.sent_at or (None if is_bad else now),
        delivered_at=now if state is State.DELIVERED else None,
        done_at=message.done_at or now,
        claimed_until=None,
        lost_answers=0,
        last_error=f"reported_{code or state}"[:64] if is_bad else "",
    )
    if changed and is_bad:
        note_at_contact(message, failure.blame if failure else Blame.NOBODY, now)


def _rows(sid: str, message_id: str, repeat: str) -> MessageQuerySet:
    """The row that the report's address names, or else the one that has its number."""
    texts = Message.objects.filter(channel=Message.Channel.SMS)
    try:
        named = Q(pk=uuid.UUID(message_id), repeats=int(repeat))
    except ValueError:
        named = Q(provider_id=sid)
        return texts.filter(named) if sid else texts.none()
    return texts.filter(named)
