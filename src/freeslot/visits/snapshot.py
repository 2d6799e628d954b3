"""What a page had shown of a visit, signed, so that it can be shown again while the database is away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import LIVE
from freeslot.visits.frames import frame_for, place_of
from freeslot.web.facts import Frame, VisitCard

SALT = "freeslot.visits.snapshot"
OF_PRACTICE = ("slug", "name", "brand", "country", "zone", "language", "phone", "phone_hours")


@dataclass(frozen=True)
class Snapshot:
    """The visit as it stood when the page was drawn; nothing of the patient is in it. Only live ones are signed."""

    ref: str
    practice: Practice
    starts_at: datetime
    ends_at: datetime
    is_live: bool = True

    def frame(self, now: datetime) -> Frame:
        return frame_for(self.practice, now)

    def card(self, now: datetime) -> VisitCard:
        return VisitCard(self.starts_at, self.ends_at, place_of(self.practice, now), self.ref)


def signed(visit: Appointment) -> str:
    """For the hidden field `seen` of the form."""
    times = [visit.starts_at.isoformat(), visit.ends_at.isoformat()]
    practice = [getattr(visit.practice, name) for name in OF_PRACTICE]
    return signing.dumps([visit.reference, *times, practice], salt=SALT, compress=True)


def read(text: str, *, ref: str) -> Snapshot | None:
    """The snapshot in a form that was sent back, if it is ours and of this visit."""
    try:
        seen, starts_at, ends_at, practice = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return None
    return _snapshot(ref, starts_at, ends_at, dict(zip(OF_PRACTICE, practice, strict=True))) if seen == ref else None


def start_in(text: str, *, ref: str) -> datetime | None:
    """When the visit was to start on the page that sent this; None where that is not known."""
    seen = read(text, ref=ref)
    return seen.starts_at if seen else None


def of(visit: Appointment) -> Snapshot:
    return Snapshot(visit.reference, visit.practice, visit.starts_at, visit.ends_at, visit.status in LIVE)


def _snapshot(ref: str, starts_at: str, ends_at: str, practice: dict[str, Any]) -> Snapshot:
    return Snapshot(ref, Practice(**practice), datetime.fromisoformat(starts_at), datetime.fromisoformat(ends_at))
