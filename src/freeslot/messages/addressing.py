"""A message's letter with the manage link that is its own: the same message always carries the same link."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.messages.models import Message
from freeslot.scheduling.operations.links import give_link


def letter_for(message: Message, *, now: datetime) -> Letter:
    """Gives the message its link first, so that none is ever sent that leads nowhere. The practice gets no link."""
    kind = MessageKind(message.kind)
    event = Event.objects.get(pk=message.event_id)
    if kind.is_for_practice:
        return Letter.of(event, language=message.language, kind=kind)
    token = give_link(
        seed=message.pk,
        appointment_id=message.appointment_id,
        practice_id=message.practice_id,
        contact_id=message.contact_id,
        now=now,
    )
    return Letter.of(event, language=message.language, token=token, kind=kind)
