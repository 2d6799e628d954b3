"""Takes a wish back: nothing is looked for any more, and the visit stays as it is."""

from datetime import datetime

from django.db import transaction

from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.noting import note


def withdraw_wish(*, ref: str, actor: Actor, door: Door, now: datetime) -> bool:
    """False when there was none any more: taken back before, or fulfilled. Raises UnknownAppointment."""
    with transaction.atomic():
        visit = lock_appointment(ref, actor=actor, now=now)
        wish = Wish.objects.live().filter(appointment=visit).first()
        if wish is None:
            return False
        wish.end(Wish.Ended.WITHDRAWN, now=now)
        note(wish, visit, "wish.ended", actor=actor, door=door, now=now)
    return True
