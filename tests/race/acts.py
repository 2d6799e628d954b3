"""What one runner in a race does: an operation by name with plain arguments, and plainly what came of it."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.patients.models import Patient
from freeslot.practices.models import VisitType
from freeslot.receipts.issue import receipt_for, receipt_soon
from freeslot.scheduling.actors import Actor, Door, account, staff
from freeslot.scheduling.errors import SchedulingError
from freeslot.scheduling.models import Schedule
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.undo import undo_cancel


def perform(act: str, given: dict[str, str]) -> str:
    """The outcome as a word; a refusal by its name. Anything else that goes wrong is "failed" with what it was."""
    try:
        return ACTS[act](given, datetime.fromisoformat(given["now"]))
    except SchedulingError as refusal:
        return type(refusal).__name__
    except Exception as error:  # noqa: BLE001  the race says which runner failed, and of what
        return f"failed: {error!r}"


def _book(given: dict[str, str], now: datetime) -> str:
    booked = book_appointment(
        patient=Patient.objects.get(pk=given["patient"]),
        visit_type=VisitType.objects.get(pk=given["visit_type"]),
        slot_ids=[int(pk) for pk in given["slots"].split(",")],
        actor=_patient(given),
        door=Door.PORTAL,
        now=now,
        idempotency_key=given.get("key", ""),
    )
    return "booked" if not given.get("key") else booked.reference


def _cancel(given: dict[str, str], now: datetime) -> str:
    outcome = cancel_appointment(
        ref=given["ref"], actor=_patient(given), door=Door.PORTAL, reason="", note="", accepted_fee=10**6,
        idempotency_key=given.get("key", ""), now=now,
    )  # fmt: skip
    if outcome.event is not None:
        receipt_soon(outcome.event)
    return outcome.result


def _undo(given: dict[str, str], now: datetime) -> str:
    undone = undo_cancel(ref=given["ref"], actor=_patient(given), door=Door.PORTAL, now=now)
    return "undone" if undone.event_id else "was booked"


def _release(given: dict[str, str], now: datetime) -> str:
    was_released = release_slots(ref=given["ref"], actor=_patient(given), door=Door.PORTAL, now=now)
    return "released" if was_released else "was released"


def _check_in(given: dict[str, str], now: datetime) -> str:
    actor = staff("desk", uuid.UUID(given["practice"]))
    return "arrived" if check_in(ref=given["ref"], actor=actor, door=Door.DESK, now=now) else "was arrived"


def _hold(given: dict[str, str], now: datetime) -> str:
    slots = [int(pk) for pk in given["slots"].split(",")]
    hold_slots(slot_ids=slots, holder=uuid.uuid4(), length=timedelta(minutes=5), now=now)
    return "held"


def _publish(given: dict[str, str], now: datetime) -> str:
    schedule = Schedule.objects.select_related("practice").get(pk=given["schedule"])
    return f"published {publish_slots(schedule=schedule, now=now)}"


def _sweep(_given: dict[str, str], now: datetime) -> str:
    return f"swept {release_lapsed(now=now)}"


def _prove(given: dict[str, str], _now: datetime) -> str:
    receipt = receipt_for(Event.objects.get(pk=given["event"]))
    return receipt.number if receipt else "none"


def _handle(_given: dict[str, str], now: datetime) -> str:
    return f"handled {handle_due_events(now=now)}"


def _patient(given: dict[str, str]) -> Actor:
    return account(uuid.UUID(given["user"]))


ACTS: dict[str, Callable[[dict[str, str], datetime], str]] = {
    "book": _book,
    "cancel": _cancel,
    "undo": _undo,
    "release": _release,
    "check_in": _check_in,
    "hold": _hold,
    "publish": _publish,
    "sweep": _sweep,
    "prove": _prove,
    "handle": _handle,
}
