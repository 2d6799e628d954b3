"""A message's letter with the manage link that is its own: the same message always carries the same link."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.messages.code_letter import AnyLetter, CodeLetter
from freeslot.messages.fates import Fate, NotSent
from freeslot.messages.kinds import MessageKind, appointment_id_of
from freeslot.messages.letter import Letter
from freeslot.messages.models import Message
from freeslot.scheduling.operations.guest_codes import is_wanted
from freeslot.scheduling.operations.links import give_link

CODE_OVER = "code_over"


def letter_for(message: Message, *, now: datetime) -> AnyLetter:
    """Gives the message its link first, so that none is ever sent that leads nowhere. The practice gets no link, nor
    does a guest with their code.

    Raises NotSent for a code that serves no more: its time is over, it was used, or a newer one was asked for.
    """
    kind = MessageKind(message.kind)
    event = Event.objects.get(pk=message.event_id)
    if not kind.is_about_visit:
        if not is_wanted(event.subject_id, event.data["number"], now=now):
            raise NotSent(Fate.NEVER, CODE_OVER)
        return CodeLetter.of(event, language=message.language)
    if kind.is_for_practice:
        return Letter.of(event, language=message.language, kind=kind)
    token = give_link(
        seed=message.pk,
        appointment_id=appointment_id_of(event),
        practice_id=message.practice_id,
        contact_id=message.contact_id,
        now=now,
    )
    return Letter.of(event, language=message.language, token=token, kind=kind)
