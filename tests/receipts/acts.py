"""Short calls that make events."""

from typing import Any

from freeslot.events.models import Event
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import mark_no_show
from freeslot.scheduling.operations.undo import undo_cancel
from tests.support import cast as support
from tests.support.cast import Cast


def make_cast(**given: Any) -> Cast:
    """Two weeks of slots are enough here."""
    return support.make_cast(**({"weeks": 2} | given))


def booked(visit: Appointment) -> Event:
    return Event.objects.get(subject_id=visit.pk, kind="appointment.booked")


def cancel(cast: Cast, visit: Appointment, **changes: Any) -> Event:
    """A cancel by the patient, whatever it costs; the event it left."""
    given: dict[str, Any] = {
        "ref": visit.reference,
        "actor": cast.patient_actor,
        "door": Door.PORTAL,
        "reason": "",
        "note": "",
        "accepted_fee": 10**6,
        "idempotency_key": "",
        "now": cast.now,
    }
    outcome = cancel_appointment(**(given | changes))
    return Event.objects.get(pk=outcome.event_id)


def undo(cast: Cast, visit: Appointment) -> Event:
    undone = undo_cancel(ref=visit.reference, actor=cast.patient_actor, door=Door.APP, now=cast.now)
    assert undone.event is not None
    return Event.objects.get(pk=undone.event.pk)


def miss(cast: Cast, visit: Appointment) -> Event:
    event = mark_no_show(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=visit.ends_at)
    return Event.objects.get(pk=getattr(event, "pk", event))
