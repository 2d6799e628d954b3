"""The floor under a cancel: the same rows, written by bare SQL through the same driver, with the same durability."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from freeslot.audit.models import AuditRow
from freeslot.database.rows import _insert_text
from freeslot.events.models import Event
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Appointment, IdempotencyRow, Slot
from freeslot.scheduling.operations.cancel import CANCEL_FIELDS

PLACEHOLDER = {"sqlite": "?", "postgresql": "%s"}


def copied_statements(reference: str) -> list[tuple[str, list[Any]]]:
    """The writes of one finished cancel as bare statements with their values as the driver takes them."""
    appointment = Appointment.objects.get(reference=reference)
    event = Event.objects.get(subject_id=appointment.pk, kind="appointment.cancelled")
    audit = AuditRow.objects.get(subject_id=appointment.pk, action="appointment.cancelled")
    key = IdempotencyRow.objects.get(key=reference)
    receipt = Receipt.objects.get(event_id=event.pk)
    return [(_insert_text(type(row)), _values(row)) for row in (event, audit, key, receipt)]


def _values(row: Any) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in row._meta.concrete_fields]


def floor_cancel(sample: list[tuple[str, list[Any]]]) -> Callable[[uuid.UUID, str], None]:
    """One bare cancel as a function of a visit's id and reference, made from the rows of a `sample` cancel."""
    mark = PLACEHOLDER[connection.vendor]
    lock = " FOR UPDATE" if connection.vendor == "postgresql" else ""
    changes = ", ".join(f"{Appointment._meta.get_field(name).column} = {mark}" for name in CANCEL_FIELDS)
    select = f"SELECT * FROM scheduling_appointment WHERE reference = {mark}{lock}"
    known = f"SELECT * FROM scheduling_idempotencyrow WHERE actor = {mark} AND operation = {mark} AND key = {mark}"
    cancel = f"UPDATE scheduling_appointment SET {changes} WHERE id = {mark}"
    keep = (
        f"UPDATE scheduling_slot SET status = 'held', held_by = {mark}, held_until = {mark}, appointment_id = NULL "
        f"WHERE appointment_id = {mark}"
    )
    inserts = [text.replace("%s", mark) for text, _ in sample]
    rows = [values for _, values in sample]
    places = {name: _places(name) for name in ("id", "subject_id", "appointment_id", "event_id", "key", "number")}
    now = datetime.now(UTC)
    until = _value(Slot, "held_until", now + timedelta(minutes=10))
    cancelled = _cancelled(now)
    raw = connection.connection
    begin = "BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN"
    last = inserts[-1]

    def run(appointment_id: uuid.UUID, reference: str) -> None:
        cursor = raw.cursor()
        subject = _value(Appointment, "id", appointment_id)
        fresh = [list(row) for row in rows]
        _fill(fresh, places, subject, reference)
        cursor.execute(begin)
        cursor.execute(select, [reference]).fetchone()
        cursor.execute(known, ["account", "cancel", reference]).fetchone()
        cursor.execute(cancel, [*cancelled, subject])
        cursor.execute(keep, [subject, until, subject])
        for text, values in zip(inserts[:-1], fresh[:-1], strict=True):
            cursor.execute(text, values)
        cursor.execute("COMMIT")
        cursor.execute(last, fresh[-1])

    return run


def _cancelled(now: datetime) -> list[Any]:
    new = {"status": "cancelled", "version": 2, "sequence": 1, "cancelled_at": now, "released_at": None, "fee_minor": 0}
    new |= {"undo_until": now + timedelta(minutes=10), "fee_state": "none"}
    return [_value(Appointment, name, new.get(name, "")) for name in CANCEL_FIELDS]


def _places(name: str) -> list[tuple[int, int]]:
    models = (Event, AuditRow, IdempotencyRow, Receipt)
    return [
        (row, [field.column for field in model._meta.concrete_fields].index(name))
        for row, model in enumerate(models)
        if name in [field.column for field in model._meta.concrete_fields]
    ]


def _fill(rows: list[list[Any]], places: dict[str, list[tuple[int, int]]], subject: Any, reference: str) -> None:
    """New keys in each row, so that no constraint is met twice."""
    event = _value(Event, "id", uuid.uuid4())
    for name, value in (("subject_id", subject), ("appointment_id", subject), ("event_id", event)):
        for row, column in places[name]:
            rows[row][column] = value
    for row, column in places["id"]:
        rows[row][column] = event if row == 0 else _value(Event, "id", uuid.uuid4())
    for row, column in places["key"]:
        rows[row][column] = f"floor-{reference}"
    for row, column in places["number"]:
        rows[row][column] = f"F{reference[2:]}"


def _value(model: Any, name: str, value: Any) -> Any:
    return model._meta.get_field(name).get_db_prep_save(value, connection)
