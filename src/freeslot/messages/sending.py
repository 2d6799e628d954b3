"""Sends what is due: claims rows, hands each to its line, and lets every failure end in a row's state with a name."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from freeslot.events.leases import claim_due
from freeslot.messages.addressing import letter_for
from freeslot.messages.code_letter import AnyLetter
from freeslot.messages.fates import Blame, Fate, NotSent
from freeslot.messages.gateway import TextLine
from freeslot.messages.mail import BadAddress, mail_for, wire_address
from freeslot.messages.models import Message
from freeslot.messages.proofs import ProofMissing
from freeslot.messages.senders import sender_address
from freeslot.messages.settling import arrived, later, let_all_wait, not_sent
from freeslot.messages.sms import sms_for
from freeslot.messages.smtp import MailLine

BATCH = 20
# The worker has other things to do: after this long the rest is left to its next turn.
SECONDS_FOR_A_RUN = 5.0

# Hands one message over and gives back the other side's number for it, if it has one. Raises NotSent.
Send = Callable[[Message, AnyLetter], str]

log = logging.getLogger(__name__)


def send_due_messages(*, now: datetime) -> int:
    """Sends due mails over one connection; how many rows were worked on. Run by the worker."""
    return _send_due(Message.Channel.EMAIL, _mails, now)


def send_due_texts(*, now: datetime) -> int:
    """The same for text messages, over a line of their own: neither channel waits for the other's failures."""
    return _send_due(Message.Channel.SMS, _texts, now)


@contextmanager
def _mails() -> Iterator[Send]:
    with MailLine() as line:

        def send(message: Message, letter: AnyLetter) -> str:
            try:
                mail, recipient = mail_for(message, letter), wire_address(message.address)
            except BadAddress as error:
                raise NotSent(Fate.NEVER, "bad_address", blame=Blame.ADDRESS) from error
            line.send(mail, sender=sender_address(), recipient=recipient)
            return ""

        yield send


@contextmanager
def _texts() -> Iterator[Send]:
    with TextLine() as line:
        yield lambda message, letter: line.send(sms_for(message, letter))


def _send_due(channel: Message.Channel, lines: Callable[[], AbstractContextManager[Send]], now: datetime) -> int:
    waiting = Message.objects.in_turn().filter(channel=channel)
    left = claim_due(waiting.select_related("contact").order_by("due_at", "id"), now=now, most=BATCH)
    claimed = len(left)
    if not left:
        return 0
    ends_at = time.monotonic() + SECONDS_FOR_A_RUN
    failure = None
    with lines() as send:
        while left and failure is None and time.monotonic() < ends_at:
            failure = _send(send, left.pop(0), now)
    for message in left:
        message.hand_back()
    if failure is not None:
        let_all_wait(channel, failure, now)
    return claimed - len(left)


def _send(send: Send, message: Message, now: datetime) -> NotSent | None:
    """One row, to one of its states; the failure where it is no single message's and the others may wait."""
    try:
        letter = letter_for(message, now=now)
        provider_id = send(message, letter)
    except NotSent as failure:
        not_sent(message, failure, now)
        return failure if failure.is_about_all else None
    except ProofMissing:
        later(message, now, error="proof_missing")
    except Exception as error:
        log.exception("A message of kind %s could not be made and will be tried again.", message.kind)
        later(message, now, error=type(error).__name__)
    else:
        arrived(message, now, provider_id=provider_id)
    return None
