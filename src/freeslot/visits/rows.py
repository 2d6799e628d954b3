"""The rows of the list of visits, in three groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import LIVE, Status
from freeslot.visits.asking import Asker
from freeslot.visits.cards import can_undo, card_for
from freeslot.visits.histories import cancelled_words
from freeslot.web.facts import VisitCard


@dataclass(frozen=True)
class Row:
    """`cancelled` says who cancelled, when and through which door; `can_cancel` whether the page offers it."""

    visit: Appointment
    card: VisitCard
    can_cancel: bool
    can_undo: bool
    cancelled: str


@dataclass(frozen=True)
class Grouped:
    upcoming: list[Row]
    past: list[Row]
    cancelled: list[Row]


def rows_of(visits: Iterable[Appointment], *, asker: Asker, now: datetime) -> list[Row]:
    return [_row(visit, asker, now) for visit in visits]


def grouped(rows: list[Row], now: datetime) -> Grouped:
    """Upcoming by nearest first; past and cancelled by latest first."""
    live = [row for row in rows if row.visit.status in LIVE and row.visit.ends_at > now]
    cancelled = [row for row in rows if row.visit.status == Status.CANCELLED]
    past = [row for row in rows if row not in live and row not in cancelled]
    latest = sorted(cancelled, key=lambda row: row.visit.cancelled_at or now, reverse=True)
    return Grouped(upcoming=live, past=past[::-1], cancelled=latest)


def _row(visit: Appointment, asker: Asker, now: datetime) -> Row:
    verdict = visit.verdict(asker.actor, now)
    card = card_for(visit, now=now, is_listed=True)
    return Row(
        visit=visit,
        card=card,
        can_cancel=verdict.kind != "refused" or verdict.tells_practice,
        can_undo=can_undo(visit, now),
        cancelled=cancelled_words(visit, asker, card.place) if visit.status == Status.CANCELLED else "",
    )
