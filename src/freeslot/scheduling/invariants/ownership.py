"""Everything a row of a practice points at belongs to the same practice."""

from collections.abc import Iterator

from django.db.models import F, Model, Q

from freeslot.scheduling.models import Appointment, Checkout, Listing, Schedule, ScheduleException, Slot, WeeklyHours

POINTS_AT: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Appointment, "Visit", ("patient", "practitioner", "location", "visit_type", "policy")),
    (Checkout, "Booking in the making", ("visit_type", "practitioner", "location", "patient", "moving", "appointment")),
    (Slot, "Slot", ("schedule", "practitioner", "location")),
    (Schedule, "Schedule", ("practitioner", "location")),
    (Listing, "Entry of the directory", ("practitioner", "location", "visit_type")),
    (WeeklyHours, "Opening hours", ("schedule",)),
    (ScheduleException, "Exception of opening hours", ("schedule",)),
)


def breaches() -> Iterator[str]:
    for model, words, names in POINTS_AT:
        for name in names:
            elsewhere = model._default_manager.filter(
                ~Q(**{f"{name}__practice_id": F("practice_id")}), **{f"{name}__isnull": False}
            )
            for row in elsewhere.iterator():
                yield f"{words} {row} points at a {name.replace('_', ' ')} of another practice."
    other = ~Q(schedule__practitioner_id=F("practitioner_id")) | ~Q(schedule__location_id=F("location_id"))
    for slot in Slot.objects.filter(other).iterator():
        yield f"Slot {slot.pk} names another practitioner or location than its schedule."
