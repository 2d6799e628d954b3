"""The transition table: which act takes a visit from which status to which, and who may do it.

The statuses are FHIR R4's Appointment.status codes. docs/generated/states.md and the tests are made from this table.
"""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    BOOKED = "booked"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"
    CANCELLED = "cancelled"


LIVE = frozenset({Status.PENDING, Status.BOOKED, Status.ARRIVED})


class Act(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"
    UNDO = "undo"
    CHECK_IN = "check_in"
    NO_SHOW = "no_show"
    FULFIL = "fulfil"


class Side(StrEnum):
    """On whose behalf somebody acts."""

    PATIENT = "patient"
    PRACTICE = "practice"
    SYSTEM = "system"


@dataclass(frozen=True)
class Transition:
    act: Act
    source: Status | None
    target: Status
    sides: frozenset[Side]


ANYONE = frozenset(Side)
PRACTICE_ONLY = frozenset({Side.PRACTICE})

TRANSITIONS = (
    Transition(Act.BOOK, None, Status.BOOKED, ANYONE),
    Transition(Act.BOOK, Status.PENDING, Status.BOOKED, ANYONE),
    Transition(Act.MOVE, Status.BOOKED, Status.BOOKED, ANYONE),
    Transition(Act.CANCEL, Status.PENDING, Status.CANCELLED, ANYONE),
    Transition(Act.CANCEL, Status.BOOKED, Status.CANCELLED, ANYONE),
    Transition(Act.CANCEL, Status.ARRIVED, Status.CANCELLED, PRACTICE_ONLY),
    Transition(Act.UNDO, Status.CANCELLED, Status.BOOKED, ANYONE),
    Transition(Act.CHECK_IN, Status.BOOKED, Status.ARRIVED, PRACTICE_ONLY),
    Transition(Act.FULFIL, Status.ARRIVED, Status.FULFILLED, PRACTICE_ONLY),
    Transition(Act.NO_SHOW, Status.BOOKED, Status.NOSHOW, PRACTICE_ONLY),
)


def transition(act: Act, source: Status | None, side: Side) -> Transition | None:
    """The allowed transition, or None when there is none for this status or this side."""
    found = (each for each in TRANSITIONS if each.act is act and each.source == source and side in each.sides)
    return next(found, None)
