"""A visit to come, a full book before it, and short calls that make a time free."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from freeslot.events.outbox import handle_due_events
from freeslot.practices.models import Location, Practitioner
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Schedule, Slot
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.terms import Terms
from tests.support.cast import Cast


@dataclass
class Booked:
    """`visit` is two weeks ahead; until then nothing is open, until `free` opens something."""

    cast: Cast
    visit: Appointment

    def at(self, days: int, hour: int, minute: int = 0) -> datetime:
        """An instant by New York's clock, in whole days from the cast's now."""
        local = self.cast.now.astimezone(self.cast.practice.tz) + timedelta(days=days)
        return local.replace(hour=hour, minute=minute, second=0, microsecond=0)

    def free(self, starts_at: datetime, schedule: Schedule | None = None) -> Slot:
        slot = (schedule or self.cast.schedule).slots.get(starts_at=starts_at)
        Slot.objects.filter(pk=slot.pk).update(status=Slot.Status.FREE, held_by=None, held_until=None)
        return slot

    def terms(self, **given: Any) -> Terms:
        """Before the day of the visit."""
        day = self.visit.starts_at.astimezone(self.cast.practice.tz).date()
        return Terms(**({"before_on": day} | given))

    def wish(self, *, now: datetime | None = None, visit: Appointment | None = None, **given: Any) -> Wish:
        return make_wish(
            ref=(visit or self.visit).reference,
            terms=self.terms(**given),
            actor=self.cast.patient_actor,
            door=Door.PORTAL,
            now=now or self.cast.now,
        )

    def start(self, visit: Appointment | None = None) -> datetime:
        return Appointment.objects.get(pk=(visit or self.visit).pk).starts_at


def fully_booked(cast: Cast) -> Booked:
    visit = cast.book(days=14)
    block_all(cast.schedule)
    settle(cast.now)
    return Booked(cast, visit)


def block_all(schedule: Schedule) -> None:
    schedule.slots.filter(status=Slot.Status.FREE).update(status=Slot.Status.BLOCKED)


def settle(now: datetime) -> None:
    while handle_due_events(now=now):
        pass


def ended(wish: Wish) -> str:
    return Wish.objects.get(pk=wish.pk).ended_why


def add_practitioner(cast: Cast, name: str, *, location: Location | None = None, is_open: bool = True) -> Schedule:
    """Somebody else who gives the same visits at the same hours."""
    practitioner = Practitioner.objects.create(practice=cast.practice, name=name)
    cast.visit_type.practitioners.add(practitioner)
    schedule = Schedule.objects.create(
        practice=cast.practice,
        practitioner=practitioner,
        location=location or cast.location,
        slot_length=cast.schedule.slot_length,
    )
    status = Slot.Status.FREE if is_open else Slot.Status.BLOCKED
    Slot.objects.bulk_create(
        Slot(
            practice=cast.practice,
            schedule=schedule,
            practitioner=practitioner,
            location=schedule.location,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            status=status,
        )
        for each in cast.schedule.slots.order_by("starts_at")
    )
    return schedule
