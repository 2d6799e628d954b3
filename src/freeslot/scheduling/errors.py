"""What can fail in an operation; each door says it in its own words."""

from enum import StrEnum


class SchedulingError(Exception):
    """Nothing was changed."""


class UnknownAppointment(SchedulingError):
    """There is no such visit for this actor."""


class UnknownPatient(SchedulingError):
    """The actor may not act for this patient."""


class SlotTaken(SchedulingError):
    """At least one of the slots is not free any more."""


class Unsuitable(StrEnum):
    """Why slots cannot be a visit; every page has its sentence for it."""

    GONE = "gone"  # there are no such slots, or not any more
    PAST = "past"
    LENGTH = "length"  # with a gap, too long or too short
    PRACTICE = "practice"  # of another practice than the patient or the visit type
    NOT_GIVEN = "not_given"  # the practitioner does not give this type of visit
    ELSEWHERE = "elsewhere"  # the practice lets a move change the practitioner or the place only at the desk
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    DAY_FULL = "day_full"
    NOT_ONLINE = "not_online"
    ONLY_NEW = "only_new"
    ONLY_KNOWN = "only_known"


class SlotsUnsuitable(SchedulingError):
    """Slots that may well be free, but not for this visit."""

    def __init__(self, why: Unsuitable) -> None:
        super().__init__(why)
        self.why = why


class SlotsOverlap(SchedulingError):
    """The practitioner already has slots at that time in another schedule."""


class NotAllowed(SchedulingError):
    """The transition table has no such step from the visit's status."""


class UndoOver(SchedulingError):
    """The undo window has ended, or the slot was given back."""


class KeyReused(SchedulingError):
    """The idempotency key was used before for something else."""


class BadReason(SchedulingError):
    """The reason is not among the practice's, or is missing where the practice requires one."""


class DetailsMissing(SchedulingError):
    """The rules of today require something of a booking that was not said; `names` are the fields of it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(*names)
        self.names = names


class TooManyHolds(SchedulingError):
    """This source keeps as many times as the practice's rules let it."""


class DayHeld(TooManyHolds):
    """All guests together keep as much of that day as is left to them."""


class NetworkHolds(TooManyHolds):
    """All guests of one network keep as much as is left to them."""


class NotVerified(SchedulingError):
    """The guest has not proved yet that the contact is theirs."""


class HoldOver(SchedulingError):
    """The hold has lapsed, or is someone else's."""
