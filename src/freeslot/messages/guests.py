"""How far a guest's code came, for the page that asks for it; and forgetting where codes were sent."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from freeslot.events.models import Event
from freeslot.messages.addressing import CODE_OVER
from freeslot.messages.delivery import NOT_MOBILE, OPTED_OUT, masked
from freeslot.messages.kinds import MessageKind
from freeslot.messages.models import Message
from freeslot.messages.reactor import NO_GATEWAY, channel_to
from freeslot.scheduling.models import Checkout
from freeslot.scheduling.operations.guest_codes import BETWEEN, LASTS, MOST_FOR_A_CHECKOUT, MOST_TRIES

FORGOTTEN_AFTER = timedelta(days=1)
NO_TEXTS = NOT_MOBILE | OPTED_OUT | {NO_GATEWAY}


class CodeState(StrEnum):
    """`ASKED` says no more than that: whether a code went out would tell whether somebody else books with it."""

    NOT_ASKED = "not_asked"
    ASKED = "asked"
    NO_TEXTS = "no_texts"  # this number takes no texts from us: another contact is needed
    FAILED = "failed"  # it could not be sent there
    OVER = "over"  # its time is over
    USED_UP = "used_up"  # it was typed wrong too often
    VERIFIED = "verified"


@dataclass(frozen=True)
class GuestCodeState:
    """`to` is the contact, masked; `until` is when the code ends, `again_at` when another may be asked for (None when
    there will be no more for this booking)."""

    state: CodeState
    channel: str = ""
    to: str = ""
    until: datetime | None = None
    again_at: datetime | None = None


def guest_code_state(checkout_id: uuid.UUID, *, now: datetime) -> GuestCodeState:
    """Of the newest code; NOT_ASKED also where there is no such checkout."""
    checkout = Checkout.objects.filter(pk=checkout_id).first()
    if checkout is None or not checkout.contact_value:
        return GuestCodeState(CodeState.NOT_ASKED)
    asked_at, may_ask = checkout.code_asked_at, checkout.codes < MOST_FOR_A_CHECKOUT
    return GuestCodeState(
        state=_state(checkout, now),
        channel=channel_to(checkout.contact_kind),
        to=masked(checkout.contact_value),
        until=asked_at + LASTS if asked_at else None,
        again_at=(max(asked_at + BETWEEN, now) if asked_at else now) if may_ask else None,
    )


def forget_addresses(*, now: datetime) -> int:
    """Where codes were sent is nobody's file: it goes with the checkout. A job of the worker; how many."""
    old = Message.objects.filter(kind=MessageKind.CHECKOUT_CODE, queued_at__lte=now - FORGOTTEN_AFTER)
    return old.filter(done_at__isnull=False).exclude(address="").update(address="")


def _state(checkout: Checkout, now: datetime) -> CodeState:
    if checkout.verified_at is not None:
        return CodeState.VERIFIED
    if checkout.code_asked_at is None:
        return CodeState.NOT_ASKED
    message = _newest(checkout)
    if message is not None and message.state in {Message.State.FAILED, Message.State.UNDELIVERABLE}:
        if message.last_error in NO_TEXTS:
            return CodeState.NO_TEXTS
        if message.last_error != CODE_OVER:
            return CodeState.FAILED
    if now >= checkout.code_asked_at + LASTS:
        return CodeState.OVER
    return CodeState.USED_UP if checkout.tries >= MOST_TRIES else CodeState.ASKED


def _newest(checkout: Checkout) -> Message | None:
    asked = Event.objects.filter(subject_id=checkout.pk, data__number=checkout.codes)
    return Message.objects.filter(event_id__in=asked.values("pk")).first()
