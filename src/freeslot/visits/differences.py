"""What tells visits apart that look alike, and the choice between them."""

from collections.abc import Sequence

from freeslot.scheduling.models import Appointment
from freeslot.web.facts import Choice, Place
from freeslot.web.formatting.days import day_and_clock


def alike_choices(visit: Appointment, others: Sequence[Appointment], place: Place, *, chosen: str) -> list[Choice]:
    """One choice a visit in order of time, none of them made beforehand; empty when nothing looks alike."""
    if not others:
        return []
    visits = sorted([visit, *others], key=lambda each: each.starts_at)
    told = [_told(each) for each in visits]
    differs = [index for index in range(len(told[0])) if len({row[index] for row in told}) > 1]
    return [
        Choice(
            value=each.reference,
            label=day_and_clock(each.starts_at, zone=place.zone, locale=place.locale, now=place.now),
            note=" · ".join([*(row[index] for index in differs if row[index]), each.reference]),
            chosen=each.reference == chosen,
        )
        for each, row in zip(visits, told, strict=True)
    ]


def _told(visit: Appointment) -> tuple[str, ...]:
    return (visit.patient.given_name, visit.visit_type.name, visit.location.address)
