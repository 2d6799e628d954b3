"""Why a time cannot be had, and why a visit cannot be moved, in words that every page of times says alike."""

from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from freeslot.scheduling.errors import (
    DayHeld,
    HoldOver,
    NetworkHolds,
    SchedulingError,
    SlotsUnsuitable,
    SlotTaken,
    TooManyHolds,
    Unsuitable,
)
from freeslot.scheduling.moving import MoveVerdict, WhyNot
from freeslot.web.facts import Place, VisitCard
from freeslot.web.formatting import moment

UNSUITABLE: dict[Unsuitable, Promise] = {
    Unsuitable.GONE: gettext_lazy("The practice has no visits at that time."),
    Unsuitable.PAST: gettext_lazy("That time is over."),
    Unsuitable.LENGTH: gettext_lazy("There is not enough time then for this visit."),
    Unsuitable.PRACTICE: gettext_lazy("That time is at another practice."),
    Unsuitable.NOT_GIVEN: gettext_lazy("Nobody gives this kind of visit at that time."),
    Unsuitable.ELSEWHERE: gettext_lazy("The practice changes the practitioner or the place only by phone."),
    Unsuitable.TOO_SOON: gettext_lazy("That time is too soon: the practice needs longer to prepare."),
    Unsuitable.TOO_FAR: gettext_lazy("That time is further ahead than the practice plans."),
    Unsuitable.DAY_FULL: gettext_lazy("That day is full."),
    Unsuitable.NOT_ONLINE: gettext_lazy("The practice takes this booking only by phone."),
    Unsuitable.ONLY_NEW: gettext_lazy("This kind of visit is for people who are new at the practice."),
    Unsuitable.ONLY_KNOWN: gettext_lazy("This kind of visit is for people who have been at the practice before."),
}
TAKEN = gettext_lazy("That time is not open any more.")
HOLD_OVER = gettext_lazy("That time was kept for you for a while, and the while is over.")
TOO_MANY = gettext_lazy("Several times are kept for you already. Finish with one of them, or wait until they lapse.")
DAY_HELD = gettext_lazy(
    "Just now others who book without an account keep much of that day. Pick another day, sign in, or try again in "
    "some minutes."
)

NETWORK_HOLDS = gettext_lazy(
    "Just now several times are kept already from the internet connection that you use, by you or by others. Finish "
    "with one of them, sign in, try again in some minutes, or call."
)

HELD: dict[type[SchedulingError], Promise] = {
    SlotTaken: TAKEN,
    HoldOver: HOLD_OVER,
    TooManyHolds: TOO_MANY,
    DayHeld: DAY_HELD,
    NetworkHolds: NETWORK_HOLDS,
}


class NotThen(Exception):
    """A time cannot be had, and why in words; `around` is when it would be, where that much is known, and `error` what
    an operation had against it."""

    def __init__(self, why: str, *, around: datetime | None = None, error: SchedulingError | None = None) -> None:
        super().__init__(why)
        self.why, self.around, self.error = why, around, error


class NothingPicked(NotThen):
    """Nothing was picked from the list."""


def not_then(error: SchedulingError, around: datetime) -> NotThen:
    return NotThen(words_against(error), around=around, error=error)


def words_against(error: SchedulingError) -> str:
    """One sentence on why a time could not be had."""
    if isinstance(error, SlotsUnsuitable):
        return str(UNSUITABLE[error.why])
    return str(HELD[type(error)])


def words_against_move(verdict: MoveVerdict, place: Place) -> str:
    """Why this visit cannot be moved here, to follow the first words on how it stands; empty where it can."""
    if verdict.why_not is None:
        return ""
    until = moment(verdict.until, zone=place.zone, locale=place.locale, now=place.now)
    return {
        WhyNot.STARTED: _("It has started, so it cannot be moved any more. Call the practice if you cannot come."),
        WhyNot.CHECKED_IN: _("You are checked in, so it cannot be moved any more. Speak to the desk."),
        WhyNot.OVER: _("It is over, so it cannot be moved any more. Call the practice if something is wrong."),
        WhyNot.CANCELLED: _("A visit that is cancelled cannot be moved."),
        WhyNot.TOLD: _("The practice knows that you are not coming and decides what happens next. Call to move it."),
        WhyNot.TOO_LATE: _("It could be moved online until %(until)s. Call the practice to move it now."),
        WhyNot.TOO_OFTEN: _("You have moved it as often as this practice allows online. Call the practice to move it."),
    }[verdict.why_not] % {"until": until}


def moved_meanwhile(card: VisitCard) -> str:
    """That the visit, as the card shows it now, is not where the page had shown it."""
    to = moment(card.starts_at, zone=card.place.zone, locale=card.place.locale, now=card.place.now)
    return _("It was moved meanwhile to %(moment)s, so nothing was changed now. Look again before you press.") % {
        "moment": to
    }
