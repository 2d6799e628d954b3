"""Reads one visit with what belongs to it, through the actor's own scope.

Every page and every change of a visit runs this statement, so it is written in SQL: it costs a fraction of what the ORM
takes to build its own, and of what PostgreSQL takes to plan a join of so many tables with a LIMIT. The scopes are those
of `Appointment.objects.visible_to`; a test holds the two together.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from freeslot.database.rows import Columns, adapted
from freeslot.patients.models import Grant, Patient
from freeslot.practices.models import Location, Policy, Practice, Practitioner, VisitType
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.models import Appointment

VISIT = Columns(Appointment, "a")
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
