"""What a receipt says: the claims made from a committed event, and read back from a token.

No name, no reason, no kind of visit, nothing that counts a practice's visits. Times of the visit are written in the
practice's offset; `zone` lets a stranger read them as a wall clock would show them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from freeslot.events.models import Event
from freeslot.scheduling.money import Money

# The kinds of event that earn a receipt, and what the receipt calls them.
EVENTS = {
    "appointment.booked": "booked",
    "appointment.cancelled": "cancelled",
    "appointment.undone": "undone",
    "appointment.moved": "moved",
    "appointment.practice_told": "practice_told",
    "appointment.noshow": "noshow",
}


@dataclass(frozen=True)
class Terms:
    """What the rules the visit was booked under said at that moment, and the fee that was decided (None: no fee)."""

    version: int
    late: bool
    free_until: datetime | None
    fee: Money | None
    fee_state: str


@dataclass(frozen=True)
class Claims:
    """`start` is when the visit is after the event, None when it no longer is; `start_before` when it was before."""

    issuer: str
    number: str
    at: datetime
    visit: str
    reference: str
    event: str
    actor: str
    door: str
    practice: str
    zone: str
    start: datetime | None
    start_before: datetime | None
    policy: Terms
    prev: str | None

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "Claims":
        """Raises ValueError when something is missing or is not what a receipt says."""
        try:
            return cls(
                issuer=_text(payload["iss"]),
                number=_text(payload["jti"]),
                at=datetime.fromtimestamp(_whole(payload["iat"]), UTC),
                visit=_text(payload["sub"]),
                reference=_text(payload["reference"]),
                event=_text(payload["event"]),
                actor=_text(payload["actor"]),
                door=_text(payload["channel"]),
                practice=_text(payload["practice"]),
                zone=ZoneInfo(_text(payload["zone"])).key,
                start=_moment(payload.get("start")),
                start_before=_moment(payload.get("start_before")),
                policy=_terms(payload["policy"]),
                prev=_text(payload["prev"]) if "prev" in payload else None,
            )
        except (KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
            raise ValueError("not the claims of a receipt") from error

    @property
    def starts_at(self) -> datetime | None:
        """The time of the visit that a reader knows it by."""
        return self.start or self.start_before


def payload_for(event: Event, *, issuer: str, number: str, prev: str | None) -> dict[str, Any]:
    """The claims of the receipt for `event`, in the order they are written. Nothing but the event decides them."""
    data = event.data
    payload: dict[str, Any] = {
        "iss": issuer,
        "jti": number,
        "iat": int(event.at.timestamp()),
        "sub": str(event.subject_id),
        "reference": data["reference"],
        "event": EVENTS[event.kind],
        "actor": event.actor_kind,
        "channel": event.door,
        "practice": data["practice"],
        "zone": data["zone"],
    }
    payload |= _times(event)
    payload["policy"] = _policy(event)
    return payload | ({"prev": prev} if prev else {})


def _times(event: Event) -> dict[str, str]:
    starts_at = _in_zone(event.data["starts_at"], event)
    if event.kind == "appointment.cancelled":
        return {"start_before": starts_at}
    if before := event.data.get("starts_at_before"):
        return {"start_before": _in_zone(before, event), "start": starts_at}
    return {"start": starts_at}


def _policy(event: Event) -> dict[str, Any]:
    """Only a cancel decides a fee. Telling the practice decides none; that it was late is still worth a word."""
    data = event.data
    decided = event.kind == "appointment.cancelled" and data["fee_minor"] > 0
    told_late = event.kind == "appointment.practice_told" and data["fee_minor"] > 0
    free_until = data.get("free_until")
    return {
        "version": data["policy_version"],
        "late": told_late or bool(data.get("late")),
        "free_until": _in_zone(free_until, event) if free_until else None,
        "fee": {"minor": data["fee_minor"], "currency": data["currency"]} if decided else None,
        "fee_state": data["fee_state"] if decided else "none",
    }


def _in_zone(moment: str, event: Event) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(event.data["zone"])).isoformat()


def _terms(policy: dict[str, Any]) -> Terms:
    fee = policy["fee"]
    return Terms(
        version=_whole(policy["version"]),
        late=policy["late"] is True,
        free_until=_moment(policy["free_until"]),
        fee=Money(_whole(fee["minor"]), _text(fee["currency"])) if fee else None,
        fee_state=_text(policy["fee_state"]),
    )


def _moment(text: str | None) -> datetime | None:
    """An instant with its offset; without one it would be nobody's."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    return value
