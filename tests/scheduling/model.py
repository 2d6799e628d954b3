"""A second, naive account of slots and visits, written from the rules in words, to compare the real one with."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from freeslot.scheduling.errors import SlotTaken, UndoOver

GRACE = timedelta(minutes=60)
HOLD, MOST_HOLDS, MOST_RENEWALS = timedelta(minutes=15), 2, 1
OPEN_STATUSES = {"booked", "arrived"}


@dataclass
class ModelRules:
    """`steps` are (minutes before the start, fee); `tell` and `undo_ends_before` are minutes before the start."""

    steps: list[tuple[int, int]]
    undo: int
    undo_ends_before: int
    tell: int | None
    most_moves: int | None = None

    def as_json(self) -> dict[str, Any]:
        told = {} if self.tell is None else {"tell_after": {"minutes_before": self.tell}}
        return {
            "steps": [{"after": {"minutes_before": left}, "fee": {"minor": fee}} for left, fee in self.steps],
            "undo_minutes": self.undo,
            "undo_ends_before_minutes": self.undo_ends_before,
            "booking": {"hold_minutes": HOLD.seconds // 60, "most_holds": MOST_HOLDS, "most_renewals": MOST_RENEWALS},
            "move": {} if self.most_moves is None else {"most": self.most_moves},
            **told,
        }


@dataclass
class ModelSlot:
    starts_at: datetime
    state: str = "free"
    holder: object = None
    until: datetime | None = None
    visit: str | None = None
    is_withdrawn: bool = False

    def is_takeable(self, now: datetime, holder: object = None) -> bool:
        """What was withdrawn is nobody's but of the visit that can still be undone."""
        if self.state == "free":
            return not self.is_withdrawn
        if self.state == "held" and self.until <= now:
            return not self.is_withdrawn
        return self.state == "held" and holder is not None and self.holder == holder

    def become(self, state: str, *, holder: object = None, until: datetime | None = None, visit: str | None = None):
        self.state, self.holder, self.until, self.visit = state, holder, until, visit


@dataclass
class ModelVisit:
    reference: str
    starts_at: datetime
    booked_at: datetime
    slots: list[int]
    seen_by: set[str]
    status: str = "booked"
    fee: int = 0
    highest_fee: int = 0
    undo_until: datetime | None = None
    is_released: bool = False
    by_practice: bool = False
    is_told: bool = False
    version: int = 1
    moved_at: datetime | None = None
    moves: int = 0
    carried: int = 0
    is_moved_by_practice: bool = False
    keys: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def chosen_at(self) -> datetime:
        return self.moved_at or self.booked_at

    def has_undo(self, now: datetime) -> bool:
        return (
            self.status == "cancelled"
            and not self.is_released
            and self.undo_until is not None
            and now < self.undo_until
        )


@dataclass
class ModelCheckout:
    """`owner` is 0 or 1: whose patient it is for, and the source that counts."""

    pk: uuid.UUID
    owner: int
    slots: list[int]
    until: datetime
    moving: ModelVisit | None = None
    renewals: int = 0
    ended_at: datetime | None = None
    visit: ModelVisit | None = None
    was_given_back: bool = False

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until


def fee_for(rules: ModelRules, visit: ModelVisit, now: datetime) -> int:
    """Free for a while when chosen after the free deadline; a deadline's own second is free; never less than what a
    move took along, and nothing after the practice moved it."""
    if visit.is_moved_by_practice:
        return 0
    deadlines = [(visit.starts_at - timedelta(minutes=left), fee) for left, fee in rules.steps]
    was_late = any(fee and visit.chosen_at > deadline for deadline, fee in deadlines)
    second = now.replace(microsecond=0)
    fee = visit.carried
    for deadline, amount in deadlines:
        counts_after = max(deadline, visit.chosen_at + GRACE) if was_late else deadline
        if second > counts_after:
            fee = max(fee, amount)
    return fee


def undo_window(rules: ModelRules, visit: ModelVisit, now: datetime) -> datetime | None:
    ends = min(now + timedelta(minutes=rules.undo), visit.starts_at - timedelta(minutes=rules.undo_ends_before))
    return ends if ends > now else None


def tells(rules: ModelRules, visit: ModelVisit, now: datetime) -> bool:
    if rules.tell is None:
        return False
    return now.replace(microsecond=0) > visit.starts_at - timedelta(minutes=rules.tell)


def why_no_undo(
    rules: ModelRules, visit: ModelVisit, slots: list[ModelSlot], now: datetime, *, late: bool
) -> type[Exception] | None:
    """What stands against taking a cancel back; `late` also after the window, while the time is free."""
    is_whole = len(slots) == len(visit.slots)
    held = is_whole and all((slot.state, slot.holder) == ("held", visit.reference) for slot in slots)
    if visit.has_undo(now) and held:
        return None
    if not late or now >= visit.starts_at - timedelta(minutes=rules.undo_ends_before):
        return UndoOver
    return None if is_whole and all(slot.is_takeable(now, visit.reference) for slot in slots) else SlotTaken


def why_no_move(rules: ModelRules, visit: ModelVisit, who: str, now: datetime) -> bool:
    """Whether the rules are against a move; the practice may always move what is booked."""
    if visit.status != "booked":
        return True
    if who == "staff":
        return False
    too_often = rules.most_moves is not None and visit.moves >= rules.most_moves
    return now >= visit.starts_at or visit.is_told or tells(rules, visit, now) or too_often
