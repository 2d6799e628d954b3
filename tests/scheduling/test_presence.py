"""Pages that show a kept time: the newest one closed gives it back soon, and any other changes nothing."""

from datetime import timedelta

import pytest

from freeslot.scheduling.errors import SlotTaken
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Checkout, Slot
from freeslot.scheduling.operations.checkout import end_checkout, renew_checkout
from freeslot.scheduling.operations.presence import GRACE, leave_page, open_page
from tests.scheduling.acts import begin
from tests.support.cast import Cast

MOMENT = timedelta(seconds=1)


@pytest.fixture
def slot(cast: Cast) -> Slot:
    return cast.slots_from(cast.now + timedelta(days=3))[0]


@pytest.fixture
def checkout(cast: Cast, slot: Slot) -> Checkout:
    return begin(cast, slot)


@pytest.fixture(autouse=True)
def _healthy(cast: Cast):
    yield
    assert list(breaches(now=cast.now + 2 * GRACE)) == []


def kept_until(checkout: Checkout):
    """What the booking says, which is what its slots say."""
    checkout.refresh_from_db()
    assert set(Slot.objects.filter(held_by=checkout.pk).values_list("held_until", flat=True)) <= {checkout.until}
    return checkout.until


def test_a_page_that_was_closed_gives_the_time_back_a_minute_later(cast: Cast, checkout: Checkout, slot: Slot):
    number = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    assert kept_until(checkout) == cast.now + GRACE
    with pytest.raises(SlotTaken):
        begin(cast, slot, source="another", now=cast.now + GRACE - MOMENT)
    assert begin(cast, slot, source="another", now=cast.now + GRACE).slot_ids == [slot.pk]


def test_a_page_that_is_loaded_anew_keeps_the_time_whichever_of_the_two_is_heard_first(cast: Cast, checkout: Checkout):
    before = checkout.until
    old = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=old, now=cast.now)
    new = open_page(checkout_id=checkout.pk, now=cast.now + MOMENT).pages
    assert kept_until(checkout) == before
    newest = open_page(checkout_id=checkout.pk, now=cast.now + MOMENT).pages
    leave_page(checkout_id=checkout.pk, page=new, now=cast.now + 2 * MOMENT)
    assert kept_until(checkout) == before
    leave_page(checkout_id=checkout.pk, page=newest, now=cast.now + 3 * MOMENT)
    assert kept_until(checkout) == cast.now + 3 * MOMENT + GRACE


def test_coming_back_costs_no_renewal_and_is_none(cast: Cast, checkout: Checkout):
    before = checkout.until
    for _ in range(5):
        number = open_page(checkout_id=checkout.pk, now=cast.now).pages
        leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    open_page(checkout_id=checkout.pk, now=cast.now)
    assert kept_until(checkout) == before
    assert checkout.renewals == 0


def test_who_comes_back_too_late_has_no_more_than_others(cast: Cast, checkout: Checkout, slot: Slot):
    number = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    late = cast.now + GRACE
    begin(cast, slot, source="another", now=late)
    assert not open_page(checkout_id=checkout.pk, now=late).is_kept(late)
    assert Slot.objects.get(pk=slot.pk).held_by != checkout.pk


def test_a_renewal_is_not_taken_back_by_a_page_that_was_left_before(cast: Cast, checkout: Checkout):
    number = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    until = renew_checkout(checkout_id=checkout.pk, now=cast.now + MOMENT)
    open_page(checkout_id=checkout.pk, now=cast.now + 2 * MOMENT)
    assert kept_until(checkout) == until


def test_a_page_that_never_said_it_was_open_and_a_time_given_back_are_left_alone(cast: Cast, checkout: Checkout):
    before = checkout.until
    for number in (1, 7, -1):
        leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    assert kept_until(checkout) == before
    number = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=number, now=before - GRACE)
    assert kept_until(checkout) == before
    end_checkout(checkout_id=checkout.pk, now=cast.now)
    leave_page(checkout_id=checkout.pk, page=number, now=cast.now)
    assert kept_until(checkout) == before


def test_a_page_that_is_closed_in_the_last_minute_keeps_nothing_longer(cast: Cast, checkout: Checkout):
    until = checkout.until
    number = open_page(checkout_id=checkout.pk, now=cast.now).pages
    leave_page(checkout_id=checkout.pk, page=number, now=until - MOMENT)
    assert kept_until(checkout) == until
