"""Cancels or moves several visits of one series in one transaction: all of them, or none.

One patient at one practice, so that no transaction writes two. Each visit goes through the same operation as ever, with
its own verdict, fee, event and receipt; what stands against one of them stands against all.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from django.db import transaction

from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.errors import SchedulingError, UnknownAppointment
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.cancel import CancelOutcome, CancelResult, cancel_appointment
from freeslot.scheduling.operations.move import MoveOutcome, MoveResult, move_appointment
from freeslot.scheduling.operations.suiting import take_turn_of_day

Outcome = TypeVar("Outcome", CancelOutcome, MoveOutcome)


@dataclass(frozen=True)
class Press:
    """What is asked of one visit of the series, by the names that its own operation has for it. `actor` differs from
    visit to visit for the holder of several links."""

    ref: str
    actor: Actor
    accepted_fee: int
    idempotency_key: str
    reason: str = ""
    note: str = ""
    tried_at: datetime | None = None


@dataclass(frozen=True)
class CancelPress(Press):
    ask_review: bool = False
    review_why: str = ""


@dataclass(frozen=True)
class MovePress(Press):
    slot_ids: tuple[int, ...] = ()
    seen_at: datetime | None = None


@dataclass
class SeriesOutcome(Generic[Outcome]):
    """`outcomes` are what each visit's own operation said or would have said; `against` the visits that stood against
    it, with what was raised where something was. With any of those nothing was changed."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    against: dict[str, SchedulingError | None] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        return not self.against


def cancel_series(*, presses: Sequence[CancelPress], door: Door, now: datetime) -> SeriesOutcome[CancelOutcome]:
    """Cancels all; a press that only tells the practice counts as refused. Raises UnknownAppointment."""
    fine = {CancelResult.CANCELLED, CancelResult.ALREADY}
    with transaction.atomic():
        _lock_slots(_lock(presses))
        return _all_or_none(presses, lambda press: cancel_appointment(**vars(press), door=door, now=now), fine)


def move_series(*, presses: Sequence[MovePress], door: Door, now: datetime) -> SeriesOutcome[MoveOutcome]:
    """Moves all, each to its own slots; one may take those that another of them leaves. Raises UnknownAppointment."""
    fine = {MoveResult.MOVED, MoveResult.SAME}
    with transaction.atomic():
        visits = _lock(presses)
        slots = _slots_wanted(presses)
        _take_turns(presses, visits, slots)
        _lock_slots(visits, slots)
        ordered = _leaving_first(presses, visits, slots)
        return _all_or_none(ordered, lambda press: move_appointment(**vars(press), door=door, now=now), fine)


AnyPress = TypeVar("AnyPress", bound=Press)


def _all_or_none(
    presses: Sequence[AnyPress], act: Callable[[AnyPress], Outcome], fine: Collection[str]
) -> SeriesOutcome[Outcome]:
    """Goes on after one that fails, so that all that stand against it are named; then everything is undone."""
    found: SeriesOutcome[Outcome] = SeriesOutcome()
    for press in presses:
        try:
            found.outcomes[press.ref] = outcome = act(press)
        except UnknownAppointment:
            raise
        except SchedulingError as error:
            found.against[press.ref] = error
        else:
            if outcome.result not in fine:
                found.against[press.ref] = None
    if not found.is_done:
        transaction.set_rollback(True)
    return found


def _lock(presses: Sequence[Press]) -> dict[str, Appointment]:
    """The visits by reference, locked in the order of their ids. Raises UnknownAppointment unless they are one series;
    whether the actors may change them, each visit's own operation asks."""
    named = Appointment.objects.filter(reference__in=[press.ref for press in presses]).order_by("pk")
    locked = named.select_related("visit_type__practice").select_for_update(of=("self",), no_key=True)
    visits = {visit.reference: visit for visit in locked}
    whose = {(visit.practice_id, visit.patient_id, visit.series_id) for visit in visits.values()}
    if len(visits) != len(presses) or len(whose) != 1 or None in next(iter(whose)):
        raise UnknownAppointment
    return visits


def _slots_wanted(presses: Sequence[MovePress]) -> dict[int, Slot]:
    wanted = Slot.objects.filter(pk__in=[pk for press in presses for pk in press.slot_ids])
    return {slot.pk: slot for slot in wanted}


def _take_turns(presses: Sequence[MovePress], visits: dict[str, Appointment], slots: dict[int, Slot]) -> None:
    """Of the days that the moves go to, before any slot, and in an order that all who want several keep."""
    days = [(slots[pk], visits[press.ref].visit_type) for press in presses for pk in press.slot_ids if pk in slots]
    for slot, visit_type in sorted(days, key=lambda each: (str(each[0].practitioner_id), each[0].starts_at)):
        take_turn_of_day(slot, visit_type)


def _lock_slots(visits: dict[str, Appointment], wanted: Collection[int] = ()) -> None:
    """Everything that will be left or taken, in the order of ids that all who want several slots keep: so two series
    that cross each other, or a cancel of one and a move into its days, wait instead of locking each other out."""
    own = Slot.objects.filter(appointment__in=[visit.pk for visit in visits.values()]).values_list("pk", flat=True)
    every = Slot.objects.filter(pk__in=[*own, *wanted])
    list(every.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def _leaving_first(
    presses: Sequence[MovePress], visits: dict[str, Appointment], slots: dict[int, Slot]
) -> list[MovePress]:
    """Last first where they move ahead, else first first: each leaves its time before its neighbour wants it."""
    ordered = sorted(presses, key=lambda press: visits[press.ref].starts_at)
    first = ordered[0]
    to = min((slots[pk].starts_at for pk in first.slot_ids if pk in slots), default=None)
    return ordered[::-1] if to and to > visits[first.ref].starts_at else ordered
