"""What can fail in an operation; each door says it in its own words."""


class SchedulingError(Exception):
    """Nothing was changed."""


class UnknownAppointment(SchedulingError):
    """There is no such visit for this actor."""


class UnknownPatient(SchedulingError):
    """The actor may not act for this patient."""


class SlotTaken(SchedulingError):
    """At least one of the slots is not free any more."""


class SlotsUnsuitable(SchedulingError):
    """The slots do not follow each other, are of another practice, in the past, or of another length than the visit."""


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


class HoldOver(SchedulingError):
    """The hold has lapsed, or is someone else's."""
