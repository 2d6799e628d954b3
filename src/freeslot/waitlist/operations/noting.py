"""Writes the audit row of what happens to a wish, in the same transaction; the visit's own history stays as it is."""

from datetime import datetime

from freeslot.audit.models import AuditRow
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.record import spoken_kind
from freeslot.waitlist.models import Wish


def note(wish: Wish, visit: Appointment, action: str, *, actor: Actor, door: Door, now: datetime) -> None:
    AuditRow.objects.create(
        practice_id=wish.practice_id,
        subject_id=wish.pk,
        at=now,
        action=action,
        actor_kind=spoken_kind(actor, visit),
        actor_id=actor.id,
        door=door,
        detail={"reference": visit.reference, "why": wish.ended_why},
    )
