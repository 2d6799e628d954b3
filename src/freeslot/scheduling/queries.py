"""Questions about several visits at once that more than one page asks."""

from datetime import datetime, timedelta

from freeslot.scheduling.actors import Actor
from freeslot.scheduling.models import Appointment

NEAR = timedelta(days=6)
WEEK = timedelta(days=7)


def visits_alike(appointment: Appointment, actor: Actor, now: datetime) -> list[Appointment]:
    """Other visits the actor could take this one for: same practice, same practitioner, less than six days apart.

    Among all patients the actor acts for, since two children's visits are mixed up as easily as two of one's own.
    """
    others = Appointment.objects.visible_to(actor, now).live().for_pages().exclude(pk=appointment.pk)
    same = others.filter(practice_id=appointment.practice_id, practitioner_id=appointment.practitioner_id)
    starts_at = appointment.starts_at
    near = same.filter(starts_at__gt=starts_at - NEAR, starts_at__lt=starts_at + NEAR)
    return list(near.filter(starts_at__gt=now).order_by("starts_at"))


def has_another_at(appointment: Appointment, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the patient of this visit has another one that overlaps these times; whoever may see it."""
    others = Appointment.objects.live().filter(patient_id=appointment.patient_id).exclude(pk=appointment.pk)
    return others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists()


def has_another_that_week(appointment: Appointment, now: datetime) -> bool:
    """Whether the patient has another visit to come less than seven days from this one; whoever may see it."""
    others = Appointment.objects.live().filter(patient_id=appointment.patient_id).exclude(pk=appointment.pk)
    starts_at = appointment.starts_at
    near = others.filter(starts_at__gt=starts_at - WEEK, starts_at__lt=starts_at + WEEK)
    return near.filter(starts_at__gt=now).exists()
