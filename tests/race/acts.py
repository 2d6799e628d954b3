"""What one runner in a race does: an operation by name with plain arguments, and plainly what came of it."""

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.patients.models import Patient
from freeslot.practices.models import Practice, VisitType
from freeslot.receipts.issue import receipt_for, receipt_soon
from freeslot.scheduling.actors import Actor, Door, account, staff
from freeslot.scheduling.errors import SchedulingError
from freeslot.scheduling.models import Appointment, Schedule
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.checkout import (
    begin_checkout,
    end_checkout,
    end_lapsed_checkouts,
    finish_checkout,
    renew_checkout,
)
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.guests import book_as_guest
from freeslot.scheduling.operations.hold import hold_slots
from freeslot.scheduling.operations.move import move_appointment
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed, release_slots
from freeslot.scheduling.operations.series import MovePress, move_series
from freeslot.scheduling.operations.undo import undo_cancel
from freeslot.scheduling.series import plan_move


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
        slot_ids=_slots(given),
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
    return "undone" if undone.event else "was booked"


def _release(given: dict[str, str], now: datetime) -> str:
    was_released = release_slots(ref=given["ref"], actor=_patient(given), door=Door.PORTAL, now=now)
    return "released" if was_released else "was released"


def _check_in(given: dict[str, str], now: datetime) -> str:
    actor = staff("desk", uuid.UUID(given["practice"]))
    return "arrived" if check_in(ref=given["ref"], actor=actor, door=Door.DESK, now=now) else "was arrived"


def _hold(given: dict[str, str], now: datetime) -> str:
    hold_slots(slot_ids=_slots(given), holder=uuid.uuid4(), length=timedelta(minutes=5), now=now)
    return "held"


def _publish(given: dict[str, str], now: datetime) -> str:
    schedule = Schedule.objects.select_related("practice").get(pk=given["schedule"])
    return f"published {publish_slots(schedule=schedule, now=now)}"


def _sweep(_given: dict[str, str], now: datetime) -> str:
    return f"swept {release_lapsed(now=now)}"


def _move(given: dict[str, str], now: datetime) -> str:
    outcome = move_appointment(
        ref=given["ref"], slot_ids=_slots(given), actor=_patient(given), door=Door.PORTAL, accepted_fee=10**6,
        idempotency_key=given.get("key", ""), now=now,
        holder=uuid.UUID(given["holder"]) if "holder" in given else None,
    )  # fmt: skip
    return outcome.result


def _close(given: dict[str, str], now: datetime) -> str:
    practice = Practice.objects.get(pk=given["practice"])
    return f"closed {close_day(practice=practice, day=date.fromisoformat(given['day']), now=now)}"


def _begin(given: dict[str, str], now: datetime) -> str:
    begin_checkout(
        visit_type=VisitType.objects.select_related("practice").get(pk=given["visit_type"]),
        slot_ids=_slots(given),
        source=given.get("source", "one"),
        now=now,
        account_id=uuid.UUID(given["user"]),
    )
    return "begun"


def _renew(given: dict[str, str], now: datetime) -> str:
    renew_checkout(checkout_id=uuid.UUID(given["checkout"]), now=now)
    return "renewed"


def _end(given: dict[str, str], now: datetime) -> str:
    end_checkout(checkout_id=uuid.UUID(given["checkout"]), now=now)
    return "ended"


def _lapse(_given: dict[str, str], now: datetime) -> str:
    return f"lapsed {end_lapsed_checkouts(now=now)}"


def _finish(given: dict[str, str], now: datetime) -> str:
    booked = finish_checkout(
        checkout_id=uuid.UUID(given["checkout"]),
        patient=Patient.objects.get(pk=given["patient"]),
        actor=_patient(given),
        door=Door.PORTAL,
        now=now,
    )
    return booked.reference


def _book_as_guest(given: dict[str, str], now: datetime) -> str:
    return book_as_guest(checkout_id=uuid.UUID(given["checkout"]), door=Door.PORTAL, now=now).reference


def _move_series(given: dict[str, str], now: datetime) -> str:
    visits = list(Appointment.objects.for_pages().filter(series_id=given["series"]).order_by("starts_at"))
    presses = [
        MovePress(
            ref=planned.visit.reference,
            actor=_patient(given),
            accepted_fee=10**6,
            idempotency_key=f"k-{planned.visit.reference}",
            slot_ids=planned.slot_ids,
        )
        for planned in plan_move(visits, datetime.fromisoformat(given["to"]), now=now)
    ]
    return "moved" if move_series(presses=presses, door=Door.PORTAL, now=now).is_done else "stood"


def _slots(given: dict[str, str]) -> list[int]:
    return [int(pk) for pk in given["slots"].split(",")]


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
    "move": _move,
    "close": _close,
    "begin": _begin,
    "renew": _renew,
    "end": _end,
    "lapse": _lapse,
    "finish": _finish,
    "book_as_guest": _book_as_guest,
    "move_series": _move_series,
}
