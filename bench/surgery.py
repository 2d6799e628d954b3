"""A practitioner with open slots at the world's practice, to whom its visits could move."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bench.world import World
from freeslot.practices.models import Location, Practitioner, VisitType
from freeslot.scheduling.models import Schedule, Slot

LENGTH = timedelta(minutes=20)


@dataclass(frozen=True)
class Surgery:
    practitioner_id: uuid.UUID
    visit_type_id: uuid.UUID
    slot_ids: list[int]
    starts: list[datetime]


def open_surgery(world: World, *, first: date, days: int, each_day: int) -> Surgery:
    """So many slots a day from nine o'clock on, all of them free."""
    kind = VisitType.objects.get(practice_id=world.practice_id)
    place = Location.objects.get(practice_id=world.practice_id)
    doctor = Practitioner.objects.create(practice_id=world.practice_id, name="Dr. Noor Haddad")
    kind.practitioners.add(doctor)
    schedule = Schedule.objects.create(
        practice_id=world.practice_id, practitioner=doctor, location=place, slot_length=LENGTH,
        published_until=date(2100, 1, 1),
    )  # fmt: skip
    opens = [
        datetime.combine(first + timedelta(days=day), time(9), ZoneInfo("America/New_York")) for day in range(days)
    ]
    starts = [each + LENGTH * number for each in opens for number in range(each_day)]
    slots = Slot.objects.bulk_create(
        Slot(
            practice_id=world.practice_id, schedule=schedule, practitioner=doctor, location=place, starts_at=at,
            ends_at=at + LENGTH,
        )
        for at in starts
    )  # fmt: skip
    return Surgery(doctor.pk, kind.pk, [slot.pk for slot in slots], starts)
