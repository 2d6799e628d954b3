"""Turns what became of a try into the row's state, its next try, and what the practice learns of the contact."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from freeslot.events.leases import is_claimable
from freeslot.messages.fates import NO_LINE_PREFIX, Blame, Fate, NotSent
from freeslot.messages.models import LONGEST_WAIT, SHORTEST_WAIT, Message
from freeslot.patients.models import Contact

# A server that does not answer is tried often: it takes all that waits as soon as it is back.
LONGEST_WAIT_FOR_LINE = timedelta(minutes=2)
# One that is slow to answer costs the worker a wait for each try.
WAIT_AFTER_SLOW_ANSWER = timedelta(seconds=30)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Copies:
    """While the answer is lost each try may be a copy in somebody's hand: few tries, far apart."""

    most: int
    first_wait: timedelta
    factor: int


COPIES = {
    # A mail program knows a copy by its Message-ID.
    Message.Channel.EMAIL: Copies(most=8, first_wait=timedelta(minutes=1), factor=2),
    # A phone does not know a copy of a text, and the gateway's report mostly tells within minutes.
    Message.Channel.SMS: Copies(most=3, first_wait=timedelta(minutes=10), factor=6),
}


def arrived(message: Message, now: datetime, *, provider_id: str = "") -> None:
    """The server or gateway has taken it."""
    message.end(Message.State.SENT, now, provider_id=provider_id)
    if message.contact is not None and message.contact.failed_at is not None:
        Contact.objects.filter(pk=message.contact.pk).update(failed_at=None)
    if message.last_error.startswith(NO_LINE_PREFIX):
        _let_all_go(message.channel, now)


def not_sent(message: Message, failure: NotSent, now: datetime) -> None:
    """The row to one of its states or back into the queue, by the failure's fate."""
    if failure.fate is Fate.NEVER:
        _end(message, Message.State.UNDELIVERABLE, now, error=failure.name)
        note_at_contact(message, failure.blame, now)
    elif failure.fate is Fate.NO_LINE:
        later(message, now, error=failure.name, longest=LONGEST_WAIT_FOR_LINE)
    elif failure.fate is Fate.UNKNOWN:
        _after_lost_answer(message, now, error=failure.name)
    else:
        later(message, now, error=failure.name)


def later(message: Message, now: datetime, *, error: str, longest: timedelta = LONGEST_WAIT) -> None:
    if message.is_too_old(now):
        _end(message, Message.State.FAILED, now, error=error)
        return
    log.warning("A message of kind %s waits: %s", message.kind, error)
    message.put_off(now, error=error, longest=longest)


def note_at_contact(message: Message, blame: Blame, now: datetime) -> None:
    """So that the practice learns that this address does not work, or that texts are not wanted or not taken there."""
    changes: dict[Blame, dict[str, Any]] = {
        Blame.ADDRESS: {"failed_at": now},
        Blame.OPTED_OUT: {"consented_at": None},
        Blame.NOT_MOBILE: {"can_receive_texts": False},
    }
    if message.contact_id is not None and blame in changes:
        Contact.objects.filter(pk=message.contact_id).update(**changes[blame])


def let_all_wait(channel: str, failure: NotSent, now: datetime) -> None:
    """While nothing can be sent nobody else need find that out, one time-out after the other."""
    waiting = Message.objects.filter(is_claimable(now), channel=channel)
    wait = WAIT_AFTER_SLOW_ANSWER if failure.is_slow else SHORTEST_WAIT
    waiting.update(due_at=now + wait, last_error=f"{NO_LINE_PREFIX}away")


def _after_lost_answer(message: Message, now: datetime, *, error: str) -> None:
    copies = COPIES[Message.Channel(message.channel)]
    message.lost_answers += 1
    if message.lost_answers >= copies.most:
        _end(message, Message.State.FAILED, now, error=error)
        return
    log.warning("A message of kind %s may not have arrived: %s", message.kind, error)
    message.repeat_at(now + copies.first_wait * copies.factor ** (message.lost_answers - 1), error=error)


def _end(message: Message, state: Message.State, now: datetime, *, error: str) -> None:
    log.warning("A message of kind %s was not sent: %s", message.kind, error)
    message.end(state, now, error=error)


def _let_all_go(channel: str, now: datetime) -> None:
    """The line is back: whoever waited for it goes now."""
    waiting = Message.objects.filter(
        channel=channel, done_at__isnull=True, last_error__startswith=NO_LINE_PREFIX, due_at__gt=now
    )
    waiting.update(due_at=now)
