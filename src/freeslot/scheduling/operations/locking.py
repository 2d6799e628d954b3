"""Loads one visit for a change: through the actor's own scope, and locked until the transaction ends.

Every change runs this statement, so it is written in SQL: it costs a sixth of what the ORM takes to build it. The
scopes are those of `Appointment.objects.visible_to`; a test holds the two together.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from freeslot.database.rows import Columns, adapted
from freeslot.patients.models import Grant
from freeslot.practices.models import Policy, Practice
from freeslot.scheduling.actors import Actor, ActorKind
from freeslot.scheduling.errors import UnknownAppointment
from freeslot.scheduling.models import Appointment

APPOINTMENT, PRACTICE, POLICY = Columns(Appointment, "a"), Columns(Practice, "p"), Columns(Policy, "r")
FOUND = f"""
    SELECT {APPOINTMENT.sql}, {PRACTICE.sql}, {POLICY.sql}, {{acts_as}}
    FROM scheduling_appointment a
    JOIN practices_practice p ON p.id = a.practice_id
    JOIN practices_policy r ON r.id = a.policy_id
    {{scope}} a.reference = %s
"""  # noqa: S608  names of columns only
GRANTED = """
    JOIN patients_grant g ON g.patient_id = a.patient_id
    WHERE g.user_id = %s AND (g.until IS NULL OR g.until > %s) AND"""


def lock_appointment(ref: str, *, actor: Actor, now: datetime) -> Appointment:
    """The visit with its practice and policy, its row locked. Raises UnknownAppointment to strangers."""
    text, values = _scope(actor, now)
    lock = " FOR NO KEY UPDATE OF a" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(text + lock, [*values, ref])
        row = cursor.fetchone()
    if row is None:
        raise UnknownAppointment
    appointment = APPOINTMENT.read(row[: len(APPOINTMENT)])
    appointment.practice = PRACTICE.read(row[len(APPOINTMENT) : -len(POLICY) - 1])
    appointment.policy = POLICY.read(row[-len(POLICY) - 1 : -1])
    appointment.acts_as = row[-1]
    return appointment


def _scope(actor: Actor, now: datetime) -> tuple[str, list[Any]]:
    if actor.kind is ActorKind.ACCOUNT:
        return FOUND.format(acts_as="g.scope", scope=GRANTED), adapted(Grant, user=actor.id, until=now)
    if actor.kind is ActorKind.PATIENT:
        (appointment_id,) = actor.appointment_ids
        return FOUND.format(acts_as="''", scope="WHERE a.id = %s AND"), adapted(Appointment, id=appointment_id)
    if actor.kind is ActorKind.PRACTICE:
        scope = "WHERE a.practice_id = %s AND"
        return FOUND.format(acts_as="''", scope=scope), adapted(Appointment, practice=actor.practice_id)
    return FOUND.format(acts_as="''", scope="WHERE"), []
