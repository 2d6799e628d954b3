"""Keeps the directory: writes under what practitioners are found, from what their practice has set."""

import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from freeslot.practices.models import Location, Practitioner, VisitType, policies_for
from freeslot.scheduling.models import Listing, Schedule
from freeslot.scheduling.rulebook import BookingRules, Patients
from freeslot.scheduling.rules import rules_from

Offer = tuple[VisitType, BookingRules]
KEY = ("practitioner", "location", "payer", "by_video", "for_new")
FACTS = ("visit_type", "is_first", "specialty", "city", "taken", "notice", "horizon", "most_per_day")


def list_practitioner(*, practitioner_id: uuid.UUID, now: datetime) -> int:
    """Brings a practitioner's rows in line with their schedules and visit types; how many there are.

    Publishing does it, so what the practice changes is found within the day; what may be booked is asked again then.
    """
    with transaction.atomic():
        # Two who list the same practitioner at once take turns; without the key, as publishing does.
        locked = Practitioner.objects.select_for_update(of=("self",), no_key=True).select_related("practice")
        practitioner = locked.get(pk=practitioner_id)
        places = Schedule.objects.filter(practitioner=practitioner).values("location")
        offers = _offers(practitioner, now)
        rows = [row for place in Location.objects.filter(pk__in=places) for row in _rows(practitioner, place, offers)]
        wanted = {_key(row): row for row in rows}
        mine = Listing.objects.filter(practitioner=practitioner)
        mine.filter(pk__in=[each.pk for each in mine if _key(each) not in wanted]).delete()
        Listing.objects.bulk_create(rows, update_conflicts=True, unique_fields=KEY, update_fields=FACTS)
    return len(rows)


def _offers(practitioner: Practitioner, now: datetime) -> list[Offer]:
    """What patients may book with them by themselves, the shortest first."""
    policies = policies_for(practitioner.practice, now=now)
    given = VisitType.objects.filter(practitioners=practitioner, is_online=True)
    found = [(each, policies.get(each.pk) or policies.get(None)) for each in given]
    offers = [(each, rules_from(policy.rules).booking) for each, policy in found if policy]
    return sorted(offers, key=lambda offer: (offer[0].taken, offer[0].pk))


def _rows(practitioner: Practitioner, place: Location, offers: Sequence[Offer]) -> Iterator[Listing]:
    for by_video in (False, True):
        for for_new in (False, True):
            patients = {Patients.ANY, Patients.NEW if for_new else Patients.KNOWN}
            some = [each for each in offers if each[0].by_video is by_video and each[1].patients in patients]
            by_payer = _by_payer(some)
            for payer, (visit_type, rules) in by_payer.items():
                yield Listing(
                    practice_id=practitioner.practice_id,
                    practitioner=practitioner,
                    location=place,
                    visit_type=visit_type,
                    payer=payer,
                    by_video=by_video,
                    for_new=for_new,
                    is_first=payer == next(iter(by_payer)),
                    specialty=practitioner.specialty,
                    city=place.city.casefold(),
                    taken=visit_type.taken,
                    notice=rules.notice,
                    horizon=rules.horizon,
                    most_per_day=rules.most_per_day,
                )


def _by_payer(offers: Sequence[Offer]) -> dict[str, Offer]:
    """The shortest for each payer; where one is for any payer, that one alone."""
    if anybodys := next((each for each in offers if not each[0].payers), None):
        return {"": anybodys}
    found: dict[str, Offer] = {}
    for each in offers:
        for payer in each[0].payers:
            found.setdefault(payer, each)
    return found


def _key(row: Listing) -> tuple[uuid.UUID, uuid.UUID, str, bool, bool]:
    return row.practitioner_id, row.location_id, row.payer, row.by_video, row.for_new
