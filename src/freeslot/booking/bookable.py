"""What patients can book themselves at a practice, by the rules of today."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from freeslot.practices.models import Practice, Practitioner, VisitType, policies_for
from freeslot.scheduling.rulebook import BookingRules
from freeslot.scheduling.rules import rules_from


@dataclass(frozen=True)
class Bookable:
    """A type of visit with who gives it; `rules` are those of today."""

    visit_type: VisitType
    practitioners: tuple[Practitioner, ...]
    rules: BookingRules


def bookable_at(practice: Practice, *, now: datetime) -> list[Bookable]:
    """By name; the same two statements however many there are."""
    gives = VisitType.practitioners.through.objects.filter(
        visittype__practice=practice, visittype__is_online=True
    ).select_related("visittype", "practitioner")
    types: dict[uuid.UUID, VisitType] = {}
    given: dict[uuid.UUID, list[Practitioner]] = {}
    for each in gives.order_by("visittype__name", "practitioner__name"):
        types.setdefault(each.visittype_id, each.visittype).practice = practice
        given.setdefault(each.visittype_id, []).append(each.practitioner)
    policies = policies_for(practice, now=now)
    found = [(each, policies.get(pk) or policies.get(None)) for pk, each in types.items()]
    return [Bookable(each, tuple(given[each.pk]), rules_from(policy.rules).booking) for each, policy in found if policy]
