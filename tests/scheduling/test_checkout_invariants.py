"""What the doctor finds wrong with bookings in the making."""

from datetime import timedelta

from freeslot.scheduling.actors import Door
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Checkout, GuestCode, Slot
from freeslot.scheduling.operations.checkout import end_checkout, end_lapsed_checkouts
from freeslot.scheduling.operations.guests import book_as_guest
from freeslot.scheduling.operations.slots import make_held
from tests.scheduling.guests import ask, begin, nobody, say, verified
from tests.support.cast import Cast, make_cast


def found(cast: Cast, after: timedelta = timedelta(0)) -> str:
    return " ".join(breaches(now=cast.now + after))


def test_a_booking_in_the_making_is_in_order_from_its_beginning_to_its_end(cast: Cast):
    moving = begin(cast, source="two", moving=cast.book())
    checkout = verified(cast)
    assert found(cast) == ""
    book_as_guest(checkout_id=checkout.pk, door=Door.PORTAL, now=cast.now)
    end_checkout(checkout_id=moving.pk, now=cast.now)
    assert found(cast) == ""


def test_slots_that_somebody_else_has_are_found(cast: Cast):
    checkout = begin(cast)
    Slot.objects.filter(pk__in=checkout.slot_ids).update(held_by=nobody())
    assert "names slots that are kept for somebody else" in found(cast)


def test_slots_that_it_does_not_name_are_found(cast: Cast):
    checkout = begin(cast)
    more = cast.slots_from(cast.now + timedelta(days=9))
    make_held([more[0].pk], holder=checkout.pk, until=checkout.until, now=cast.now)
    assert "keeps slots that it does not name" in found(cast)


def test_slots_that_the_practice_took_away_are_no_breach(cast: Cast):
    checkout = begin(cast)
    Slot.objects.filter(pk__in=checkout.slot_ids).update(status=Slot.Status.BLOCKED, held_by=None, held_until=None)
    assert found(cast) == ""
    Slot.objects.filter(pk__in=checkout.slot_ids).delete()
    assert found(cast) == ""


def test_one_that_has_ended_and_still_keeps_slots_is_found(cast: Cast):
    checkout = begin(cast)
    Checkout.objects.filter(pk=checkout.pk).update(ended_at=cast.now)
    assert "has ended, but slots are still kept for it" in found(cast)


def test_a_guests_visit_without_proof_is_found(cast: Cast):
    checkout = verified(cast)
    book_as_guest(checkout_id=checkout.pk, door=Door.PORTAL, now=cast.now)
    Checkout.objects.filter(pk=checkout.pk).update(verified_at=None)
    assert "its contact was not proved for" in found(cast)


def test_what_should_be_forgotten_is_found(cast: Cast):
    ask(say(begin(cast)))
    end_lapsed_checkouts(now=cast.now + timedelta(minutes=20))
    later = timedelta(days=1, hours=2)
    text = found(cast, later)
    assert "what was said in it is still kept" in text
    assert "still counted a day after" in text
    assert "nora" not in text.lower()
    end_lapsed_checkouts(now=cast.now + later)
    assert GuestCode.objects.count() == 0


def test_one_that_points_at_another_practice_is_found(cast: Cast):
    checkout = begin(cast)
    Checkout.objects.filter(pk=checkout.pk).update(patient=make_cast(weeks=1).patient)
    assert "points at a patient of another practice" in found(cast)
