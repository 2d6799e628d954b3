"""How a visit stands in the database, whatever a page says of it."""

from freeslot.scheduling.models import Appointment


def live(visit: Appointment) -> Appointment:
    return Appointment.objects.for_pages().get(pk=visit.pk)


def status(visit: Appointment) -> str:
    return live(visit).status


def statuses(*visits: Appointment) -> list[str]:
    return [status(visit) for visit in visits]


def stands(visit: Appointment) -> bool:
    """Whether nothing of the visit has changed, its slots among it."""
    now, same = live(visit), ("starts_at", "status", "version", "moves")
    unchanged = all(getattr(now, name) == getattr(visit, name) for name in same)
    return unchanged and now.slots.count() == visit.slot_count
