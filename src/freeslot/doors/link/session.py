"""The short session behind a proof: which visits this browser may manage, and until when."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import UpdateError
from django.db import OperationalError
from django.http import HttpRequest

from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.visits.typed import forget_typed

LASTS = timedelta(minutes=30)
# Since the last press, and after the proof at most this long.
LONGEST = timedelta(hours=4)
IN_SESSION = "links"
MOST_VISITS = 20


@dataclass(frozen=True)
class Opened:
    """One visit that was opened by its link or by a code. `link_id` is None where a code alone opened it; `door` is the
    portal where it was booked in this browser just now, and no message had a part in it.

    Its time runs from the last press: who cancels in the last minute can still undo.
    """

    reference: str
    appointment_id: uuid.UUID
    link_id: uuid.UUID | None
    opened_at: datetime
    pressed_at: datetime
    is_unusual: bool
    door: Door

    @property
    def until(self) -> datetime:
        return min(self.pressed_at + LASTS, self.opened_at + LONGEST)

    def is_live(self, now: datetime) -> bool:
        """Within its time, also by a clock that was set back."""
        return self.opened_at - timedelta(minutes=1) <= now < self.until


def open_visit(
    request: HttpRequest,
    appointment: Appointment,
    *,
    link: ManageLink | None,
    is_unusual: bool,
    now: datetime,
    is_new_key: bool = True,
    door: Door = Door.LINK,
) -> None:
    """A new session id, what was typed before is kept; the visits opened earlier stay open for their own time. Without
    `is_new_key` the id is the caller's to change.

    Saved at once: whoever is led to the visit finds it open. Raises OperationalError when it cannot be.
    """
    if is_new_key:
        request.session.cycle_key()
    others = {ref: entry for ref, entry in _stored(request).items() if ref != appointment.reference}
    kept = dict(list(others.items())[-MOST_VISITS + 1 :])
    kept[appointment.reference] = {
        "visit": str(appointment.pk),
        "link": str(link.pk) if link else None,
        "at": now.isoformat(),
        "unusual": is_unusual,
        "door": door,
    }
    request.session[IN_SESSION] = kept
    try:
        request.session.save()
    except UpdateError as error:
        raise OperationalError("The session could not be saved.") from error


def keep_open(request: HttpRequest, opened: Opened, now: datetime) -> None:
    """Called with each press."""
    _stored(request)[opened.reference]["pressed"] = now.isoformat()
    request.session.modified = True


def opened_visits(request: HttpRequest) -> dict[str, Opened]:
    """Every visit this browser ever opened in its session, live or over, by reference."""
    return {ref: _read(ref, entry) for ref, entry in _stored(request).items()}


def live_visits(request: HttpRequest, now: datetime) -> dict[str, Opened]:
    """Those whose time runs, and whose links were not revoked since. At most one statement."""
    live = {ref: each for ref, each in opened_visits(request).items() if each.is_live(now)}
    ids = [each.appointment_id for each in live.values()]
    ended = ManageLink.objects.filter(appointment_id__in=ids, revoked_at__isnull=False) if ids else []
    for link in ended:
        for ref, each in list(live.items()):
            if each.appointment_id == link.appointment_id and link.revoked_at and link.revoked_at >= each.opened_at:
                del live[ref]
    return live


def close_visits(request: HttpRequest) -> None:
    """Forgets all of them, and what was typed: for a phone or a computer that others use too."""
    request.session.pop(IN_SESSION, None)
    forget_typed(request)
    request.session.cycle_key()


def _stored(request: HttpRequest) -> dict[str, dict[str, Any]]:
    stored: dict[str, dict[str, Any]] = request.session.get(IN_SESSION, {})
    return stored


def _read(ref: str, entry: dict[str, Any]) -> Opened:
    return Opened(
        reference=ref,
        appointment_id=uuid.UUID(entry["visit"]),
        link_id=uuid.UUID(entry["link"]) if entry["link"] else None,
        opened_at=datetime.fromisoformat(entry["at"]),
        pressed_at=datetime.fromisoformat(entry.get("pressed", entry["at"])),
        is_unusual=entry["unusual"],
        door=Door(entry.get("door", Door.LINK)),
    )
