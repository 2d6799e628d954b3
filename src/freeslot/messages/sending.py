"""Sends what is due: claims rows, sends each, and turns every failure into a row's state with a named reason."""

import logging
import time
from datetime import datetime, timedelta

from freeslot.events.leases import claim_due, is_claimable
from freeslot.events.models import Event
from freeslot.messages.letter import Letter
from freeslot.messages.mail import BadAddress, mail_for, wire_address
from freeslot.messages.models import LONGEST_WAIT, SHORTEST_WAIT, Message
from freeslot.messages.proofs import ProofMissing
from freeslot.messages.senders import sender_address
from freeslot.messages.smtp import NO_LINE_PREFIX, Fate, MailLine, NotSent
from freeslot.patients.models import Contact

BATCH = 20
# The worker has other things to do: after this long the rest is left to its next turn.
SECONDS_FOR_A_RUN = 5.0
# While the answer is lost each try may be a copy in somebody's inbox: few tries, far apart.
MOST_LOST_ANSWERS = 8
WAIT_AFTER_LOST_ANSWER = timedelta(minutes=1)
# A server that does not answer is tried often: it takes all that waits as soon as it is back.
LONGEST_WAIT_FOR_LINE = timedelta(minutes=2)

log = logging.getLogger(__name__)


def send_due_messages(*, now: datetime) -> int:
    """Sends due mails over one connection; how many rows were worked on. Run by the worker."""
    waiting = Message.objects.in_turn().filter(channel=Message.Channel.EMAIL)
    left = claim_due(waiting.select_related("contact").order_by("due_at", "id"), now=now, most=BATCH)
    claimed = len(left)
    if not left:
        return 0
    ends_at = time.monotonic() + SECONDS_FOR_A_RUN
    has_line = True
    with MailLine() as line:
        while left and has_line and time.monotonic() < ends_at:
            has_line = _send(line, left.pop(0), now)
    for message in left:
        message.hand_back()
    if not has_line:
        _let_all_wait(now)
    return claimed - len(left)


def _send(line: MailLine, message: Message, now: datetime) -> bool:
    """One row, to one of its states; False when there is no line to the mail server for any other either."""
    try:
        letter = Letter.of(Event.objects.get(pk=message.event_id), language=message.language)
        mail = mail_for(message, letter)
        line.send(mail, sender=sender_address(), recipient=wire_address(message.address))
    except NotSent as failure:
        _note(message, failure, now)
        return failure.fate is not Fate.NO_LINE
    except BadAddress:
        _end(message, Message.State.UNDELIVERABLE, now, error="bad_address")
        _blame(message, now)
    except ProofMissing:
        _later(message, now, error="proof_missing")
    except Exception as error:
        log.exception("A message of kind %s could not be made and will be tried again.", message.kind)
        _later(message, now, error=type(error).__name__)
    else:
        _arrived(message, now)
    return True


def _note(message: Message, failure: NotSent, now: datetime) -> None:
    if failure.fate is Fate.NEVER:
        _end(message, Message.State.UNDELIVERABLE, now, error=failure.name)
        if failure.blames_address:
            _blame(message, now)
    elif failure.fate is Fate.NO_LINE:
        _later(message, now, error=failure.name, longest=LONGEST_WAIT_FOR_LINE)
    elif failure.fate is Fate.UNKNOWN:
        _after_lost_answer(message, now, error=failure.name)
    else:
        _later(message, now, error=failure.name)


def _later(message: Message, now: datetime, *, error: str, longest: timedelta = LONGEST_WAIT) -> None:
    if message.is_too_old(now):
        _end(message, Message.State.FAILED, now, error=error)
        return
    log.warning("A message of kind %s waits: %s", message.kind, error)
    message.put_off(now, error=error, longest=longest)


def _after_lost_answer(message: Message, now: datetime, *, error: str) -> None:
    message.lost_answers += 1
    if message.lost_answers >= MOST_LOST_ANSWERS:
        _end(message, Message.State.FAILED, now, error=error)
        return
    log.warning("A message of kind %s may not have arrived: %s", message.kind, error)
    message.repeat_at(now + WAIT_AFTER_LOST_ANSWER * 2 ** (message.lost_answers - 1), error=error)


def _end(message: Message, state: Message.State, now: datetime, *, error: str) -> None:
    log.warning("A message of kind %s was not sent: %s", message.kind, error)
    message.end(state, now, error=error)


def _arrived(message: Message, now: datetime) -> None:
    message.end(Message.State.SENT, now)
    if message.contact is not None and message.contact.failed_at is not None:
        Contact.objects.filter(pk=message.contact.pk).update(failed_at=None)
    if message.last_error.startswith(NO_LINE_PREFIX):
        _let_all_go(now)


def _blame(message: Message, now: datetime) -> None:
    """So that the practice learns that this address does not work."""
    if message.contact is not None:
        Contact.objects.filter(pk=message.contact.pk).update(failed_at=now)


def _let_all_wait(now: datetime) -> None:
    """Without a line nobody else need find that out, one time-out after the other."""
    waiting = Message.objects.filter(is_claimable(now), channel=Message.Channel.EMAIL)
    waiting.update(due_at=now + SHORTEST_WAIT, last_error=f"{NO_LINE_PREFIX}away")


def _let_all_go(now: datetime) -> None:
    """The line is back: whoever waited for it goes now."""
    waiting = Message.objects.filter(done_at__isnull=True, last_error__startswith=NO_LINE_PREFIX, due_at__gt=now)
    waiting.update(due_at=now)
