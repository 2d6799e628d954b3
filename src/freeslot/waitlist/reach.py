"""Whether a time could ever come that a wish asks for, and that the patient could still cancel free."""

from dataclasses import replace
from datetime import datetime, timedelta

from freeslot.scheduling.intervals import midnight
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.policy import Kind, Why, verdict_for
from freeslot.scheduling.states import Side
from freeslot.waitlist.terms import Terms

LAST, NEAR = timedelta(minutes=1), timedelta(days=3)


def is_free_of_cost(visit: Appointment, starts_at: datetime, now: datetime) -> bool:
    """Whether the patient could still cancel free, and not only by the grace, however late they read of the move."""
    facts = replace(visit.facts(), starts_at=starts_at, moved_at=now)
    verdict = verdict_for(facts, visit.rules, Side.PATIENT, now)
    return verdict.kind is Kind.ALLOWED and verdict.why is not Why.GRACE


def is_in_reach(visit: Appointment, notice: timedelta, now: datetime) -> bool:
    """Whether any time at all on a day before the visit could come. One statement where the visit is near, none where
    it is not: so many days have some time."""
    zone = visit.practice.tz
    terms = Terms(before_on=visit.starts_at.astimezone(zone).date(), notice=notice)
    if terms.are_over(zone=zone, now=now) or not is_free_of_cost(visit, midnight(terms.before_on, zone) - LAST, now):
        return False
    return visit.starts_at > now + NEAR or could_come(visit, terms, now)


def could_come(visit: Appointment, terms: Terms, now: datetime) -> bool:
    """Whether the practice has visits at such a time, be they taken or not; one statement."""
    zone, length = visit.practice.tz, visit.visit_type.length
    return any(
        terms.are_met_by(at, at + length, zone=zone, now=now) and is_free_of_cost(visit, at, now)
        for at in _starts(visit, terms, now)
    )


def _starts(visit: Appointment, terms: Terms, now: datetime) -> list[datetime]:
    until = min(visit.starts_at, midnight(terms.before_on, visit.practice.tz))
    found = Slot.objects.filter(
        practice_id=visit.practice_id,
        location_id=visit.location_id,
        starts_at__gte=now + terms.notice,
        starts_at__lt=until,
        is_withdrawn=False,
        overbooked=False,
    )
    stays = "practitioner" not in visit.rules.move.elsewhere
    if who := visit.practitioner_id if stays else terms.practitioner_id:
        found = found.filter(practitioner_id=who)
    else:
        found = found.filter(practitioner__in=visit.visit_type.practitioners.all())
    return list(found.values_list("starts_at", flat=True).distinct())
