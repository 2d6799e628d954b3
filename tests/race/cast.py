"""A cast whose people run: each method is one try, by name and with plain arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment, Checkout, Slot
from tests.support.cast import Cast

Try = tuple[str, dict[str, str]]
WINDOW = timedelta(minutes=10)


@dataclass
class RaceCast:
    cast: Cast

    @property
    def now(self) -> datetime:
        return self.cast.now

    def morning(self, count: int = 1) -> list[Slot]:
        """Slots that follow each other, from tomorrow at nine."""
        return self.cast.slots_from(self.now + timedelta(hours=16), count)

    def book(self, *slots: Slot, now: datetime | None = None, **given: str) -> Try:
        return "book", self._given(now) | {
            "patient": str(self.cast.patient.pk),
            "visit_type": str(self.cast.visit_type.pk),
            "slots": _ids(slots),
        } | given

    def hold(self, *slots: Slot) -> Try:
        return "hold", self._given(None) | {"slots": _ids(slots)}

    def on(self, act: str, visit: Appointment, now: datetime | None = None, **given: str) -> Try:
        return act, self._given(now) | {"ref": visit.reference} | given

    def move(self, visit: Appointment, *slots: Slot, **given: str) -> Try:
        return "move", self._given(None) | {"ref": visit.reference, "slots": _ids(slots)} | given

    def close(self, day: date) -> Try:
        return "close", self._given(None) | {"day": day.isoformat()}

    def begin(self, *slots: Slot, **given: str) -> Try:
        found = {"visit_type": str(self.cast.visit_type.pk), "slots": _ids(slots)}
        return "begin", self._given(None) | found | given

    def on_checkout(self, act: str, checkout: Checkout, now: datetime | None = None) -> Try:
        found = {"checkout": str(checkout.pk), "patient": str(self.cast.patient.pk)}
        return act, self._given(now) | found

    def move_series(self, visit: Appointment, to: datetime) -> Try:
        return "move_series", self._given(None) | {"series": str(visit.series_id), "to": to.isoformat()}

    def lapse(self, now: datetime) -> Try:
        return "lapse", self._given(now)

    def publish(self) -> Try:
        return "publish", self._given(None) | {"schedule": str(self.cast.schedule.pk)}

    def sweep(self, now: datetime) -> Try:
        return "sweep", self._given(now)

    def _given(self, now: datetime | None) -> dict[str, str]:
        return {
            "now": (now or self.now).isoformat(),
            "user": str(self.cast.patient_user.pk),
            "practice": str(self.cast.practice.pk),
        }


def _ids(slots: Sequence[Slot]) -> str:
    return ",".join(str(slot.pk) for slot in slots)


def live(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def kinds(visit: Appointment) -> list[str]:
    found = Event.objects.filter(subject_id=visit.pk).order_by("version").values_list("kind", flat=True)
    return [kind.removeprefix("appointment.") for kind in found]
