"""Short calls that make events, and threads that run at the same time on connections of their own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

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


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave back, all started together; an error in one is raised here."""
    start, results, errors = threading.Barrier(len(acts)), [None] * len(acts), []

    def run(index: int, act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=20)
            results[index] = act()
        except Exception as error:  # noqa: BLE001  raised again below, in the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]
    return results
