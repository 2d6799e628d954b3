"""Loads one visit for a change: through the actor's own scope, and locked until the transaction ends."""

from datetime import datetime

from django.db.models import OuterRef, Subquery

from freeslot.patients.models import Grant
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.errors import UnknownAppointment
from freeslot.scheduling.models import Appointment


def lock_appointment(ref: str, *, actor: Actor, now: datetime) -> Appointment:
    """The visit with its practice and policy, its row locked. Raises UnknownAppointment to strangers."""
    found = Appointment.objects.visible_to(actor, now).select_related("practice", "policy")
    if actor.kind is ActorKind.ACCOUNT:
        scopes = Grant.objects.filter(user_id=actor.id, patient_id=OuterRef("patient_id")).values("scope")
        found = found.annotate(acts_as=Subquery(scopes[:1]))  # type: ignore[no-redef]  # the attribute that it fills
    try:
        return found.select_for_update(of=("self",)).get(reference=ref)
    except Appointment.DoesNotExist:
        raise UnknownAppointment from None
