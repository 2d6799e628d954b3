"""Why a wish cannot be made; every page has its sentence for it."""

from enum import StrEnum

from freeslot.scheduling.errors import SchedulingError


class Unwishable(StrEnum):
    NOT_MOVABLE = "not_movable"
    LATE = "late"  # a move would take a fee along, and a wish is never served at a price
    TOO_LATE_DAY = "too_late_day"  # not before the day of the visit
    TOO_EARLY_DAY = "too_early_day"  # over by the time the notice has passed
    NO_HOURS = "no_hours"  # the visit does not fit between the two clock times
    NOT_GIVEN = "not_given"  # the practitioner does not give this kind of visit
    NEVER = "never"  # the practice has no visits then, or only such as could not be cancelled free any more


class CannotWish(SchedulingError):
    """No wish was made."""

    def __init__(self, why: Unwishable) -> None:
        super().__init__(why)
        self.why = why
