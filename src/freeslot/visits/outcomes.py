"""How a visit stands, in the first words of the page after a press."""

from typing import Literal

from django.utils.translation import gettext as _

from freeslot.events.models import Event
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import ActorKind
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import Status
from freeslot.scheduling.words import fee_words
from freeslot.visits.asking import Asker
from freeslot.visits.histories import cancelled_words, moved_words
from freeslot.web.facts import Panel, Place
from freeslot.web.formatting import clock, is_today, moment
from freeslot.web.formatting.days import day_and_clock


def outcome_panel(
    visit: Appointment,
    asker: Asker,
    *,
    place: Place,
    receipt: Receipt | None,
    is_too_late: bool = False,
    is_refused: bool = False,
    is_free: bool = False,
    move: Event | None = None,
) -> Panel:
    """Always the live state: an old page that is opened again never says what is no longer so.

    `is_free` says that the time of a cancelled visit can still be taken back, which the page offers beside; `move` is
    the latest thing that happened to the visit, if that was a move.
    """
    text = [_when(visit, place), *_further(visit, asker, place, receipt, is_too_late=is_too_late, is_free=is_free)]
    still = is_refused and visit.status == Status.BOOKED and not was_told(visit)
    headline = _("Your visit is still booked") if still else _headline(visit, place)
    if move is not None and not still:
        text.append(moved_words(move, asker, place))
        headline = _("Your visit is moved")
    return Panel(kind=_kind(visit, is_too_late=is_too_late), headline=headline, text=" ".join(text))


def was_told(visit: Appointment) -> bool:
    """Whether the practice knows that the patient will not come, though the visit is still booked."""
    return visit.status == Status.BOOKED and visit.told_at is not None


def told_headline(visit: Appointment, place: Place) -> str:
    told_at = visit.told_at or place.now
    if not is_today(told_at, zone=place.zone, now=place.now):
        when = moment(told_at, zone=place.zone, locale=place.locale, now=place.now)
        return _("Your visit is still booked. We told the practice on %(when)s.") % {"when": when}
    at = clock(told_at, zone=place.zone, locale=place.locale)
    return _("Your visit is still booked. We told the practice at %(time)s.") % {"time": at}


def unchanged_headline(*, is_cancelled: bool, is_over: bool, is_press: bool) -> str:
    """How a visit stands that a cancel or a move cannot change; `is_press` where one was tried."""
    if is_cancelled:
        return _("This visit is already cancelled")
    if is_over:
        return _("Your visit is still booked as it was") if is_press else _("This visit is over")
    return _("Your visit is still booked")


def _headline(visit: Appointment, place: Place) -> str:
    if was_told(visit):
        return told_headline(visit, place)
    return {
        Status.CANCELLED: _("Your visit is cancelled"),
        Status.BOOKED: _("Your visit is booked"),
        Status.PENDING: _("Your visit is requested"),
        Status.ARRIVED: _("You are checked in"),
        Status.FULFILLED: _("This visit took place"),
        Status.NOSHOW: _("This visit is noted as missed"),
    }[Status(visit.status)]


def _when(visit: Appointment, place: Place) -> str:
    at = moment(visit.starts_at, zone=place.zone, locale=place.locale, now=place.now)
    return _("%(moment)s with %(practitioner)s.") % {"moment": at, "practitioner": visit.practitioner.name}


def _further(
    visit: Appointment, asker: Asker, place: Place, receipt: Receipt | None, *, is_too_late: bool, is_free: bool
) -> list[str]:
    if visit.status == Status.CANCELLED:
        by_practice = visit.cancelled_by == ActorKind.PRACTICE
        told = [cancelled_words(visit, asker, place)] if by_practice else _no_way_back(visit, is_too_late, is_free)
        return [*told, fee_words(visit.fee, visit.fee_state, place)]
    if was_told(visit):
        return [_("The practice decides what happens next.")]
    if visit.status == Status.BOOKED and receipt and receipt.claims.event == "undone":
        at = day_and_clock(receipt.issued_at, zone=place.zone, locale=place.locale, now=place.now)
        return [_("The cancel was taken back %(when)s. Nothing has changed.") % {"when": at}]
    return []


def _no_way_back(visit: Appointment, is_too_late: bool, is_free: bool) -> list[str]:
    """Why there is no undo, where somebody gave the time away before the window's end, or asks for it after."""
    was_freed = visit.released_at and visit.undo_until and visit.released_at < visit.undo_until
    if is_free:
        ended = _("The time was freed for someone else.") if was_freed else _("The time to undo it has ended.")
        return [ended] if is_too_late or was_freed else []
    if was_freed:
        return [
            _("The time was freed for someone else, so this cannot be taken back. Call the practice to book again.")
        ]
    over = _("The time to undo it has ended, so it stays cancelled. Call the practice to book again.")
    return [over] if is_too_late else []


def _kind(visit: Appointment, *, is_too_late: bool) -> Literal["free", "late", "refused", "plain"]:
    if is_too_late:
        return "refused"
    if was_told(visit):
        return "late"
    if visit.status == Status.CANCELLED:
        return "late" if visit.fee else "free"
    return "free" if visit.status in {Status.BOOKED, Status.ARRIVED} else "plain"
