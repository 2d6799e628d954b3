"""Who gives a visit type, and where."""

import uuid
from dataclasses import dataclass

from django.db import connection

from freeslot.database.rows import adapted, read_uuid
from freeslot.practices.models import VisitType
from freeslot.scheduling.models import Schedule


@dataclass(frozen=True)
class Person:
    """One practitioner at one place."""

    practitioner_id: uuid.UUID
    name: str
    location_id: uuid.UUID
    place: str


# In SQL, since every list of times and every visit that is booked or moved asks.
GIVE = """
    SELECT DISTINCT s.practitioner_id, who.name, s.location_id, place.name FROM scheduling_schedule s
    JOIN practices_practitioner who ON who.id = s.practitioner_id
    JOIN practices_location place ON place.id = s.location_id
    JOIN practices_visittype_practitioners g ON g.practitioner_id = s.practitioner_id
    WHERE s.practice_id = %s AND g.visittype_id = %s ORDER BY who.name, place.name
"""


def who_give(visit_type: VisitType) -> list[Person]:
    """Everybody with a schedule who gives the visit type, once at each place, by name."""
    values = adapted(Schedule, practice=visit_type.practice_id) + adapted(VisitType, id=visit_type.pk)
    with connection.cursor() as cursor:
        cursor.execute(GIVE, values)
        rows = cursor.fetchall()
    return [Person(read_uuid(who), name, read_uuid(where), place) for who, name, where, place in rows]


GIVES = "SELECT 1 FROM practices_visittype_practitioners g WHERE g.visittype_id = %s AND g.practitioner_id = %s"


def gives(practitioner_id: uuid.UUID, visit_type: VisitType) -> bool:
    values = adapted(VisitType, id=visit_type.pk) + adapted(Schedule, practitioner=practitioner_id)
    with connection.cursor() as cursor:
        cursor.execute(GIVES, values)
        return cursor.fetchone() is not None
