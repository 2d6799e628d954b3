"""What must always hold of messages; run by `freeslot doctor`."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from freeslot.events.models import Event
from freeslot.messages.kinds import CALLING, MessageKind
from freeslot.messages.models import Message

TOO_LONG = timedelta(days=1)


def breaches(*, now: datetime) -> Iterator[str]:
    """One sentence for each: an event nobody was told of, a message that has waited for more than a day, a guest's
    address that should be forgotten."""
    told = Message.objects.filter(event_id=OuterRef("pk"))
    silent = Event.objects.filter(~Exists(told), kind__in=CALLING, done_at__isnull=False)
    for event in silent.order_by("pk").iterator():
        yield f"Event {event.pk} ({event.kind}) was handled, but has no message."
    waiting = Message.objects.filter(done_at__isnull=True, queued_at__lt=now - TOO_LONG)
    for message in waiting.order_by("pk").iterator():
        yield f"Message {message.pk} ({message.kind}) has waited for more than a day: {message.last_error}."
    codes = Message.objects.filter(kind=MessageKind.CHECKOUT_CODE, queued_at__lt=now - 2 * TOO_LONG)
    for message in codes.exclude(address="").order_by("pk").iterator():
        yield f"Message {message.pk} brought a guest's code days ago and still names where it went."
