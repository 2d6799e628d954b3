"""The doctor over longer histories: in batches, and visits inside other visits."""

from datetime import timedelta

from freeslot.scheduling.invariants import breaches, history
from freeslot.scheduling.models import Appointment
from tests.scheduling.acts import cancel
from tests.support.cast import Cast


def test_a_key_without_its_event_is_noticed_in_any_batch(cast: Cast, monkeypatch):
    monkeypatch.setattr(history, "BATCH", 2)
    for day in range(1, 6):
        visit = cast.book(days=day)
        cancel(cast, visit.reference, idempotency_key=f"key {day}")
        # Cancelled already: an outcome without an event of its own.
        cancel(cast, visit.reference, idempotency_key=f"again {day}")
    assert list(breaches(now=cast.now)) == []
    last = history.IdempotencyRow.objects.get(key="key 5")
    last.outcome["event"] = str(last.pk)
    last.save()
    assert len(list(breaches(now=cast.now))) == 1


def test_every_visit_inside_a_longer_one_is_noticed(cast: Cast):
    first = cast.book(slots=cast.slots_from(cast.now + timedelta(hours=16)))
    for _ in range(2):
        after = Appointment.objects.order_by("-starts_at")[0].ends_at
        cast.book(slots=cast.slots_from(after))
    Appointment.objects.filter(pk=first.pk).update(ends_at=first.ends_at + timedelta(hours=2))
    at_once = [each for each in breaches(now=cast.now) if "at the same time" in each]
    assert len(at_once) == 2
