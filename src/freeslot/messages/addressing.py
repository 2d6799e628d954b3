"""A message's letter with the manage link that is its own: the same message always carries the same link."""

from datetime import datetime

from freeslot.events.models import Event
from freeslot.messages.letter import Letter
from freeslot.messages.models import Message
from freeslot.scheduling.operations.links import give_link


def letter_for(message: Message, *, now: datetime) -> Letter:
    """Gives the message its link first, so that none is ever sent that leads nowhere."""
    token = give_link(
        seed=message.pk,
        appointment_id=message.appointment_id,
        practice_id=message.practice_id,
        contact_id=message.contact_id,
        now=now,
    )
    return Letter.of(Event.objects.get(pk=message.event_id), language=message.language, token=token)
