"""Reads one visit with what belongs to it, by the actor's own scope; slots; what is kept for a move or a booking.

Every page and every change of a visit runs the first, every move all of them. They are written in SQL, which costs a
fraction of what the ORM takes to build its own, and the first of what PostgreSQL takes to plan a join of so many tables
with a LIMIT. The scopes are those of `Appointment.objects.visible_to`; a test holds the two together.
"""

import uuid
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from freeslot.database.rows import Columns, adapted
from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.models import Appointment, Checkout, Slot

VISIT, SLOT, CHECKOUT = Columns(Appointment, "a"), Columns(Slot, "s"), Columns(Checkout, "c")
# What belongs to a visit, each under its name as alias.
PARTS: dict[str, Columns[Any]] = {
    "practice": Columns(Practice, "practice"),
    "policy": Columns(Policy, "policy"),
    "patient": Columns(Patient, "patient"),
    "visit_type": Columns(VisitType, "visit_type"),
    "practitioner": Columns(Practitioner, "practitioner"),
    "location": Columns(Location, "location"),
}
FOR_CHANGE = ("practice", "policy")
FOR_MOVE = (*FOR_CHANGE, "patient", "visit_type")
FOR_PAGES = tuple(PARTS)

GRANTED = """
    JOIN patients_grant g ON g.patient_id = a.patient_id
    WHERE g.user_id = %s AND (g.until IS NULL OR g.until > %s) AND"""


def read_visit(
    ref: str, *, actor: Actor, now: datetime, parts: tuple[str, ...] = FOR_PAGES, lock: bool = False
) -> Appointment | None:
    """The visit with the parts named; with `lock` its row is locked until the transaction ends. None for strangers."""
    scope, values = _scope(actor, now)
    text = _text(parts, scope, lock=lock and connection.features.has_select_for_update)
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, ref])
        row = cursor.fetchone()
    if row is None:
        return None
    left = iter(row)
    appointment = VISIT.take(left)
    for name in parts:
        setattr(appointment, name, PARTS[name].take(left))
    appointment.acts_as = next(left)
    return appointment


AT = """
    WHERE s.practitioner_id = %s AND s.starts_at >= %s AND s.starts_at < %s AND NOT s.overbooked ORDER BY s.starts_at
"""


def read_slots(practitioner_id: uuid.UUID, *, starts_at: datetime, until: datetime) -> list[Slot]:
    """Those of a practitioner that begin from one instant until before another, whoever has them."""
    values = adapted(Slot, practitioner=practitioner_id, starts_at=starts_at) + adapted(Slot, starts_at=until)
    return SLOT.find(AT, values)


def read_slots_named(slot_ids: Collection[int], *, with_extra: bool) -> list[Slot]:
    """In order of time; those that the desk squeezed in only with `with_extra`."""
    values = [value for pk in slot_ids for value in adapted(Slot, id=pk)]
    among = f"s.id IN ({', '.join(['%s'] * len(values)) or 'NULL'})"
    return SLOT.find(f"WHERE {among} {'' if with_extra else 'AND NOT s.overbooked'} ORDER BY s.starts_at", values)


def slot_ids_of(appointment: Appointment) -> set[int]:
    """Those that a visit has."""
    return {slot.pk for slot in SLOT.find("WHERE s.appointment_id = %s", adapted(Slot, appointment=appointment.pk))}


KEPT = """
    WHERE c.source = %s AND c.moving_id = %s AND c.ended_at IS NULL AND c.until > %s ORDER BY c.began_at DESC LIMIT 1
"""


def read_kept(source: str, *, moving: Appointment, now: datetime) -> Checkout | None:
    """What is kept for a move of this visit by whoever the source stands for."""
    found = CHECKOUT.find(KEPT, adapted(Checkout, source=source, moving=moving.pk, until=now))
    return found[0] if found else None


LIVE = """
    WHERE (c.source = %s OR c.account_id = %s) AND c.moving_id IS NULL AND c.ended_at IS NULL AND c.until > %s
"""


def read_bookings(source: str, account_id: uuid.UUID | None, *, now: datetime) -> list[Checkout]:
    """What is kept for bookings of the source, or of the account in any browser that it is signed in with."""
    return CHECKOUT.find(LIVE, adapted(Checkout, source=source, account_id=account_id, until=now))


def _scope(actor: Actor, now: datetime) -> tuple[str, list[Any]]:
    if actor.kind is ActorKind.ACCOUNT:
        return GRANTED, adapted(Grant, user=actor.id, until=now)
    if actor.kind is ActorKind.PATIENT:
        values = [value for pk in actor.appointment_ids for value in adapted(Appointment, id=pk)]
        return f"WHERE a.id IN ({', '.join(['%s'] * len(values)) or 'NULL'}) AND", values
    if actor.kind is ActorKind.PRACTICE:
        return "WHERE a.practice_id = %s AND", adapted(Appointment, practice=actor.practice_id)
    return "WHERE", []


@lru_cache(maxsize=64)
def _text(parts: tuple[str, ...], scope: str, *, lock: bool) -> str:
    columns = ", ".join([VISIT.sql, *(PARTS[name].sql for name in parts), "g.scope" if scope is GRANTED else "''"])
    joins = " ".join(f"JOIN {PARTS[name].model._meta.db_table} {name} ON {name}.id = a.{name}_id" for name in parts)
    text = f"SELECT {columns} FROM scheduling_appointment a {joins} {scope} a.reference = %s"  # noqa: S608  names only
    return text + (" FOR NO KEY UPDATE OF a" if lock else "")
