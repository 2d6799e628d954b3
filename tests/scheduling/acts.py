"""One short call per operation, and what the database holds afterwards."""

import uuid
from typing import Any

from freeslot.audit.models import AuditRow
from freeslot.events.models import Event
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.cancel import CancelOutcome, cancel_appointment
from freeslot.scheduling.operations.checkout import begin_checkout
from freeslot.scheduling.operations.move import MoveOutcome, move_appointment
from freeslot.scheduling.operations.undo import Undone, undo_cancel
from tests.support.cast import Cast

PLENTY = 10**6


def cancel(cast: Cast, ref: str, **changes: Any) -> CancelOutcome:
    """A cancel by the patient who accepts any fee, at `cast.now`."""
    given: dict[str, Any] = {
        "ref": ref,
        "actor": cast.patient_actor,
        "door": Door.PORTAL,
        "reason": "",
        "note": "",
        "accepted_fee": PLENTY,
        "idempotency_key": "",
        "now": cast.now,
    }
    return cancel_appointment(**(given | changes))


def move(cast: Cast, ref: str, *slots: Slot, **changes: Any) -> MoveOutcome:
    """A move to the slots by the patient who accepts any fee, at `cast.now`."""
    given: dict[str, Any] = {
        "ref": ref,
        "slot_ids": [slot.pk for slot in slots],
        "actor": cast.patient_actor,
        "door": Door.PORTAL,
        "accepted_fee": PLENTY,
        "idempotency_key": "",
        "now": cast.now,
    }
    return move_appointment(**(given | changes))


def begin(cast: Cast, *slots: Slot, **changes: Any) -> Checkout:
    """A checkout of somebody who is signed in, at `cast.now`; another source is another account."""
    is_patient = changes.get("source", "a") == "a"
    given: dict[str, Any] = {
        "visit_type": cast.visit_type,
        "slot_ids": [slot.pk for slot in slots],
        "source": "a",
        "account_id": cast.patient_user.pk if is_patient else uuid.uuid5(uuid.NAMESPACE_OID, changes["source"]),
        "now": cast.now,
    }
    return begin_checkout(**(given | changes))


def undo(cast: Cast, ref: str, **changes: Any) -> Undone:
    given: dict[str, Any] = {"ref": ref, "actor": cast.patient_actor, "door": Door.PORTAL, "now": cast.now}
    return undo_cancel(**(given | changes))


def live(ref: str) -> Appointment:
    return Appointment.objects.for_pages().get(reference=ref)


def kinds(appointment: Appointment) -> list[str]:
    """The visit's history; each event has its audit row."""
    found = Event.objects.filter(subject_id=appointment.pk).order_by("version")
    assert [event.version for event in found] == list(range(1, len(found) + 1))
    assert AuditRow.objects.filter(subject_id=appointment.pk).count() == len(found)
    return [event.kind.removeprefix("appointment.") for event in found]


def last_event(appointment: Appointment) -> Event:
    return Event.objects.filter(subject_id=appointment.pk).latest("version")


def slot_states(*slots: Slot) -> list[str]:
    return list(Slot.objects.filter(pk__in=[slot.pk for slot in slots]).order_by("pk").values_list("status", flat=True))
