"""The rows of the list of visits, in three groups."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from freeslot.events.models import Event
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import LIVE, Status
from freeslot.scheduling.words import STATUSES
from freeslot.visits.asking import Asker
from freeslot.visits.cards import can_undo, card_for
from freeslot.visits.histories import cancelled_words, last_moves, moved_words
from freeslot.web.facts import VisitCard


@dataclass(frozen=True)
class Row:
    """`cancelled` and `moved` say who did it, when and through which door; `can_cancel`, `can_move` and `can_undo` what
    the page offers."""

    visit: Appointment
    card: VisitCard
    can_cancel: bool
    can_move: bool
    can_undo: bool
    cancelled: str
    moved: str

    @property
    def is_past(self) -> bool:
        return self.visit.status in LIVE and self.visit.ends_at <= self.card.place.now

    @property
    def state(self) -> str:
        """In a word, for a page whose headings do not say it."""
        return self.card.state or (_("In the past") if self.is_past else str(STATUSES[self.visit.status]))

    @property
    def state_kind(self) -> str:
        return "" if self.is_past else self.card.state_kind


@dataclass(frozen=True)
class Grouped:
    upcoming: list[Row]
    past: list[Row]
    cancelled: list[Row]


def rows_of(visits: Iterable[Appointment], *, asker: Asker, now: datetime) -> list[Row]:
    """In the order of the visits; two statements at most, however many there are."""
    visits = list(visits)
    moves = last_moves(visits)
    return [_row(visit, asker, now, moves.get(visit.pk)) for visit in visits]


def grouped(rows: list[Row], now: datetime) -> Grouped:
    """Upcoming by nearest first; past and cancelled by latest first."""
    live = [row for row in rows if row.visit.status in LIVE and row.visit.ends_at > now]
    cancelled = [row for row in rows if row.visit.status == Status.CANCELLED]
    past = [row for row in rows if row not in live and row not in cancelled]
    latest = sorted(cancelled, key=lambda row: row.visit.cancelled_at or now, reverse=True)
    return Grouped(upcoming=live, past=past[::-1], cancelled=latest)


def _row(visit: Appointment, asker: Asker, now: datetime, move: Event | None) -> Row:
    verdict = visit.verdict(asker.actor, now)
    card = card_for(visit, now=now, is_listed=True)
    return Row(
        visit=visit,
        card=card,
        can_cancel=verdict.kind != "refused" or verdict.tells_practice,
        can_move=visit.move_verdict(asker.actor, now).is_allowed,
        can_undo=can_undo(visit, now),
        cancelled=cancelled_words(visit, asker, card.place) if visit.status == Status.CANCELLED else "",
        moved=moved_words(move, asker, card.place) if move else "",
    )
