"""Makes a wish for an earlier time, or changes the one there is; the visit stays as it is."""

from datetime import date, datetime, timedelta

from django.db import transaction

from freeslot.practices.models import VisitType
from freeslot.scheduling.actors import Actor, Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.reasons import check_reason
from freeslot.scheduling.states import Side
from freeslot.waitlist.errors import CannotWish, Unwishable
from freeslot.waitlist.models import Wish
from freeslot.waitlist.operations.noting import note
from freeslot.waitlist.reach import could_come
from freeslot.waitlist.terms import Terms


def make_wish(*, ref: str, terms: Terms, actor: Actor, door: Door, now: datetime, reason: str = "") -> Wish:
    """The wish that stands now. The same terms again are the same wish; others end it and take its place.

    Raises UnknownAppointment, CannotWish, or BadReason where the practice wants one for a move.
    """
    with transaction.atomic():
        visit = lock_appointment(ref, actor=actor, now=now)
        if why := _against(visit, terms, actor, now):
            raise CannotWish(why)
        check_reason(reason, visit.rules.move.reason, among=visit.rules.reasons)
        earlier = Wish.objects.live().filter(appointment=visit).first()
        if earlier is not None:
            if earlier.terms == terms and earlier.actor == actor:
                return earlier
            earlier.end(Wish.Ended.WITHDRAWN, now=now)
        wish = _wish(visit, terms, actor, door, reason, now)
        wish.save(force_insert=True)
        note(wish, visit, "wish.made", actor=actor, door=door, now=now)
    return wish


def _against(visit: Appointment, terms: Terms, actor: Actor, now: datetime) -> Unwishable | None:
    verdict = visit.move_verdict(actor, now)
    if not verdict.is_allowed or actor.side is not Side.PATIENT:
        return Unwishable.NOT_MOVABLE
    if verdict.carried:
        return Unwishable.LATE
    if terms.before_on > visit.starts_at.astimezone(visit.practice.tz).date():
        return Unwishable.TOO_LATE_DAY
    if terms.are_over(zone=visit.practice.tz, now=now):
        return Unwishable.TOO_EARLY_DAY
    if not _has_room(visit, terms):
        return Unwishable.NO_HOURS
    if not _is_given(visit, terms):
        return Unwishable.NOT_GIVEN
    return None if could_come(visit, terms, now) else Unwishable.NEVER


def _has_room(visit: Appointment, terms: Terms) -> bool:
    """Whether the visit fits between the clock times, where both are given."""
    if terms.starts_from is None or terms.ends_until is None:
        return True
    day = date(2027, 1, 13)
    starts, ends = datetime.combine(day, terms.starts_from), datetime.combine(day, terms.ends_until)
    return ends - starts >= visit.visit_type.length


def _is_given(visit: Appointment, terms: Terms) -> bool:
    if terms.practitioner_id is None:
        return True
    if terms.practitioner_id != visit.practitioner_id and "practitioner" not in visit.rules.move.elsewhere:
        return False
    gives = VisitType.practitioners.through.objects.filter(visittype_id=visit.visit_type_id)
    is_given: bool = gives.filter(practitioner_id=terms.practitioner_id).exists()
    return is_given


def _wish(visit: Appointment, terms: Terms, actor: Actor, door: Door, reason: str, now: datetime) -> Wish:
    return Wish(
        practice_id=visit.practice_id,
        appointment_id=visit.pk,
        before_on=terms.before_on,
        weekdays=sorted(terms.weekdays),
        starts_from=terms.starts_from,
        ends_until=terms.ends_until,
        practitioner_id=terms.practitioner_id,
        notice=max(terms.notice, timedelta()),
        reason=reason,
        made_at=now,
        made_kind=actor.kind,
        made_by=actor.id,
        made_door=door,
        looked_at=now,
    )
