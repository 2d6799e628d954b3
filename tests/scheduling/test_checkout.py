"""Checkouts: a time kept for a form, its limits for each source, renewing, giving back, and the visit it leads to."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from freeslot.practices.models import OnlineBooking, Policy, Practice
from freeslot.scheduling.actors import Door, guest
from freeslot.scheduling.errors import (
    DayHeld,
    DetailsMissing,
    HoldOver,
    KeyReused,
    NetworkHolds,
    SlotsUnsuitable,
    SlotTaken,
    TooManyHolds,
    UnknownPatient,
    Unsuitable,
)
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.book import Booked, book_appointment
from freeslot.scheduling.operations.checkout import (
    MOST_FOR_A_NETWORK,
    end_checkout,
    end_lapsed_checkouts,
    finish_checkout,
    renew_checkout,
)
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.release import release_lapsed
from tests.scheduling.acts import begin, live, slot_states
from tests.support.cast import Cast, make_patient

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
TEN = 10 * MINUTE


@pytest.fixture(autouse=True)
def _healthy(cast: Cast):
    yield
    assert list(breaches(now=cast.now)) == []


def with_rules(cast: Cast, **booking: Any) -> None:
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"booking": booking})


def morning(cast: Cast, count: int = 1, *, day: int = 3) -> list[Slot]:
    return cast.slots_from(cast.now + day * DAY - timedelta(hours=7), count)


def finish(cast: Cast, checkout: Checkout, **changes: Any) -> Booked:
    given: dict[str, Any] = {
        "checkout_id": checkout.pk,
        "patient": cast.patient,
        "actor": cast.patient_actor,
        "door": Door.PORTAL,
        "now": cast.now,
    }
    return finish_checkout(**(given | changes))


def holders(*slots: Slot) -> list[uuid.UUID | None]:
    return [Slot.objects.get(pk=slot.pk).held_by for slot in slots]


def test_a_time_is_kept_for_as_long_as_the_rules_say(cast: Cast):
    with_rules(cast, hold_minutes=7)
    (slot,) = morning(cast)
    checkout = Checkout.objects.get(pk=begin(cast, slot).pk)
    assert (checkout.starts_at, checkout.ends_at, checkout.slot_ids) == (slot.starts_at, slot.ends_at, [slot.pk])
    assert (checkout.until, checkout.began_at) == (cast.now + 7 * MINUTE, cast.now)
    assert (checkout.practitioner, checkout.location, checkout.practice) == (
        cast.practitioner,
        cast.location,
        cast.practice,
    )
    assert holders(slot) == [checkout.pk]
    assert [checkout.is_kept(checkout.until - each) for each in (timedelta(microseconds=1), timedelta(0))] == [
        True,
        False,
    ]
    assert str(checkout) == str(checkout.pk)


def test_it_leads_to_the_visit_with_what_was_said_in_it(cast: Cast):
    slots = morning(cast, 2)
    cast.visit_type.buffer = 10 * MINUTE
    cast.visit_type.save()
    checkout = begin(cast, *slots)
    Checkout.objects.filter(pk=checkout.pk).update(visit_reason="My knee.", payer="aetna")
    visit = live(finish(cast, checkout).reference)
    checkout.refresh_from_db()
    assert (checkout.ended_at, checkout.appointment_id, checkout.patient_id) == (cast.now, visit.pk, cast.patient.pk)
    assert (visit.visit_reason, visit.payer, visit.slot_count) == ("My knee.", "aetna", 2)
    assert visit.ends_at == slots[0].ends_at
    assert slot_states(*slots) == ["busy", "busy"]
    assert not checkout.was_given_back


def test_without_a_payer_of_its_own_the_visit_has_the_patients(cast: Cast):
    cast.patient.payer = "medicaid"
    assert live(finish(cast, begin(cast, *morning(cast))).reference).payer == "medicaid"


@pytest.mark.parametrize(
    ("required", "said", "missing"),
    [
        (("reason", "payer"), {"visit_reason": " \n"}, ("visit_reason", "payer")),
        (("reason",), {"payer": "aetna"}, ("visit_reason",)),
        (("payer",), {"visit_reason": "My knee."}, ("payer",)),
        (("reason", "payer"), {"visit_reason": "My knee.", "payer": "aetna"}, ()),
    ],
)
def test_what_the_rules_require_is_said_or_nothing_is_booked(
    cast: Cast, required: tuple[str, ...], said: dict[str, str], missing: tuple[str, ...]
):
    (slot,) = morning(cast)
    checkout = begin(cast, slot)
    Checkout.objects.filter(pk=checkout.pk).update(**said)
    with_rules(cast, **dict.fromkeys(required, "required"))
    if missing:
        with pytest.raises(DetailsMissing) as refused:
            finish(cast, checkout)
        assert refused.value.names == missing
        assert (holders(slot), Appointment.objects.count()) == ([checkout.pk], 0)
    else:
        assert finish(cast, checkout).event


def test_a_payer_that_the_practice_knows_of_the_patient_is_said(cast: Cast):
    with_rules(cast, payer="required")
    cast.patient.payer = "medicaid"
    assert live(finish(cast, begin(cast, *morning(cast))).reference).payer == "medicaid"


def test_the_desk_books_without_what_patients_must_say(cast: Cast):
    with_rules(cast, reason="required", payer="required")
    slot_ids = [slot.pk for slot in morning(cast)]
    booked = book_appointment(
        patient=cast.patient,
        visit_type=cast.visit_type,
        slot_ids=slot_ids,
        actor=cast.staff,
        door=Door.DESK,
        now=cast.now,
    )
    assert booked.event


def test_a_second_press_gets_the_visit_of_the_first(cast: Cast):
    checkout = begin(cast, *morning(cast))
    first = finish(cast, checkout)
    assert finish(cast, checkout, now=cast.now + DAY).reference == first.reference
    other = make_patient(cast.practice, given_name="Otto")
    with pytest.raises(KeyReused):
        finish(cast, checkout, patient=other)
    assert Appointment.objects.count() == 1


def test_only_for_a_patient_of_the_actors(cast: Cast):
    (slot,) = morning(cast)
    checkout = begin(cast, slot, source="b", account_id=cast.stranger_user.pk)
    for actor in (cast.stranger, guest(checkout.pk, uuid.uuid4())):
        with pytest.raises(UnknownPatient):
            finish(cast, checkout, actor=actor)
    assert holders(slot) == [checkout.pk]


@pytest.mark.parametrize("account_id", [None, uuid.UUID(int=1)])
def test_what_somebody_else_began_is_theirs_also_once_its_time_is_up(cast: Cast, account_id: uuid.UUID | None):
    checkout = begin(cast, *morning(cast), source="b", account_id=account_id)
    Checkout.objects.filter(pk=checkout.pk).update(visit_reason="Nobody else's to read.")
    for now in (cast.now, checkout.until):
        with pytest.raises(HoldOver):
            finish(cast, checkout, now=now)
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_time_that_is_up_is_still_booked_while_nobody_has_taken_it(cast: Cast, is_swept: bool):
    checkout = begin(cast, *morning(cast))
    if is_swept:
        assert end_lapsed_checkouts(now=checkout.until) == 1
        release_lapsed(now=checkout.until)
    assert live(finish(cast, checkout, now=checkout.until + DAY).reference).status == "booked"


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_time_that_is_up_and_taken_is_gone_and_the_other_has_it(cast: Cast, is_swept: bool):
    (slot,) = morning(cast)
    checkout = begin(cast, slot)
    other = begin(cast, slot, source="b", now=checkout.until)
    if is_swept:
        end_lapsed_checkouts(now=checkout.until)
    with pytest.raises(SlotTaken):
        finish(cast, checkout, now=checkout.until)
    assert holders(slot) == [other.pk]
    assert Appointment.objects.count() == 0
    end_lapsed_checkouts(now=checkout.until)


def test_who_comes_back_long_after_has_the_notice_of_that_moment(cast: Cast):
    with_rules(cast, notice_minutes=120)
    (slot,) = morning(cast, day=1)
    began = slot.starts_at - timedelta(hours=2)
    checkout = begin(cast, slot, now=began)
    with pytest.raises(SlotsUnsuitable) as refused:
        finish(cast, checkout, now=began + TEN)
    assert refused.value.why is Unsuitable.TOO_SOON
    assert finish(cast, checkout, now=began + TEN - timedelta(microseconds=1))


def test_what_was_given_back_is_free_and_books_nothing(cast: Cast):
    (slot,) = morning(cast)
    checkout = begin(cast, slot)
    for later in (timedelta(0), MINUTE):
        end_checkout(checkout_id=checkout.pk, now=cast.now + later)
    checkout.refresh_from_db()
    assert (slot_states(slot), checkout.ended_at, checkout.was_given_back) == (["free"], cast.now, True)
    with pytest.raises(HoldOver):
        finish(cast, checkout)
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=checkout.pk, now=cast.now)


def test_one_that_does_not_exist_is_over(cast: Cast):
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=uuid.uuid4(), now=cast.now)
    with pytest.raises(HoldOver):
        finish(cast, begin(cast, *morning(cast)), checkout_id=uuid.uuid4())
    end_checkout(checkout_id=uuid.uuid4(), now=cast.now)


def test_it_is_renewed_as_often_as_the_rules_let_it_be_and_never_after_its_end(cast: Cast):
    with_rules(cast, most_renewals=2)
    (slot,) = morning(cast)
    checkout = begin(cast, slot)
    now = cast.now
    for _ in range(2):
        now += TEN - MINUTE
        assert renew_checkout(checkout_id=checkout.pk, now=now) == now + TEN
        assert Slot.objects.get(pk=slot.pk).held_until == now + TEN
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=checkout.pk, now=now)
    lapsed = begin(cast, *morning(cast, day=4))
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=lapsed.pk, now=lapsed.until)
    end_lapsed_checkouts(now=now + TEN)
    release_lapsed(now=now + TEN)


def test_it_is_renewed_by_the_rules_of_today(cast: Cast):
    checkout = begin(cast, *morning(cast))
    newer = {"booking": {"hold_minutes": 5, "most_renewals": 1}}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now + MINUTE, rules=newer)
    now = cast.now + MINUTE
    assert renew_checkout(checkout_id=checkout.pk, now=now) == now + 5 * MINUTE
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=checkout.pk, now=now)


def test_a_source_keeps_as_many_as_the_rules_let_it_and_what_lapsed_or_ended_counts_no_more(cast: Cast):
    with_rules(cast, most_holds=2)
    slots = morning(cast, 6)
    one, _two = begin(cast, slots[0]), begin(cast, slots[1], now=cast.now + MINUTE)
    with pytest.raises(TooManyHolds):
        begin(cast, slots[2])
    assert slot_states(slots[2]) == ["free"]
    begin(cast, slots[2], source="b")
    end_checkout(checkout_id=one.pk, now=cast.now)
    begin(cast, slots[3], now=cast.now + MINUTE)
    begin(cast, slots[4], now=cast.now + MINUTE + TEN)
    assert Checkout.objects.filter(source="a").count() == 4
    finish(cast, Checkout.objects.get(starts_at=slots[4].starts_at), now=cast.now + MINUTE + TEN)
    begin(cast, slots[5], now=cast.now + MINUTE + TEN)
    end_lapsed_checkouts(now=cast.now + DAY)
    release_lapsed(now=cast.now + DAY)


def test_an_account_keeps_as_many_with_all_its_browsers_together(cast: Cast):
    with_rules(cast, most_holds=2)
    slots = morning(cast, 4)
    account_id = cast.patient_user.pk
    for source, slot in zip("ab", slots[:2], strict=True):
        begin(cast, slot, source=source, account_id=account_id)
    with pytest.raises(TooManyHolds):
        begin(cast, slots[2], source="c", account_id=account_id)
    begin(cast, slots[2], source="c")


def test_to_begin_anew_with_the_same_time_is_to_renew_it(cast: Cast):
    with_rules(cast, most_renewals=2)
    one, other = morning(cast, 2)
    checkout = begin(cast, one)
    for renewals in (1, 2):
        checkout = begin(cast, one, instead_of=checkout.pk)
        assert checkout.renewals == renewals
    with pytest.raises(HoldOver):
        begin(cast, one, instead_of=checkout.pk)
    assert holders(one) == [checkout.pk]
    assert begin(cast, other, instead_of=checkout.pk).renewals == 0
    lapsed = begin(cast, one)
    assert begin(cast, one, instead_of=lapsed.pk, now=lapsed.until).renewals == 0
    release_lapsed(now=lapsed.until + TEN)


def test_another_time_instead_gives_the_first_back_in_the_same_step_or_not_at_all(cast: Cast):
    with_rules(cast, most_holds=1)
    slots = morning(cast, 3)
    first = begin(cast, slots[0])
    taken = begin(cast, slots[1], source="b")
    with pytest.raises(SlotTaken):
        begin(cast, slots[1], instead_of=first.pk)
    assert holders(*slots) == [first.pk, taken.pk, None]
    with pytest.raises(TooManyHolds):
        begin(cast, slots[2], instead_of=taken.pk)
    assert holders(*slots) == [first.pk, taken.pk, None], "somebody else's stays theirs"
    second = begin(cast, slots[2], instead_of=first.pk)
    assert holders(*slots) == [None, taken.pk, second.pk]
    third = begin(cast, slots[0], instead_of=second.pk)
    assert holders(*slots) == [third.pk, taken.pk, None]
    assert begin(cast, slots[0], instead_of=third.pk).slot_ids == [slots[0].pk], "the same time once more"


def test_nobody_gives_somebody_elses_time_back(cast: Cast):
    kept, other = morning(cast, 2)
    theirs = begin(cast, kept, source="b")
    mine = begin(cast, other, instead_of=theirs.pk)
    assert holders(kept, other) == [theirs.pk, mine.pk]


def test_guests_together_keep_no_more_than_their_share_of_what_is_left_of_a_day(cast: Cast):
    with_rules(cast, hold_share_percent=25)
    for index, slot in enumerate(morning(cast, 6)):
        begin(cast, slot, account_id=None, source=f"guest {index}")
    seventh = morning(cast, 7)[6]
    with pytest.raises(DayHeld):
        begin(cast, seventh, account_id=None, source="guest 7")
    begin(cast, *morning(cast, day=4), account_id=None, source="guest 7")
    begin(cast, seventh, source="somebody signed in")
    afternoon = cast.slots_from(seventh.starts_at.replace(hour=20, minute=0), 4)
    later = afternoon[0].starts_at - TEN
    begin(cast, afternoon[0], account_id=None, source="late", now=later)
    with pytest.raises(DayHeld):
        begin(cast, afternoon[1], account_id=None, source="later", now=later)
    end_lapsed_checkouts(now=cast.now + DAY)
    release_lapsed(now=cast.now + DAY)


def test_a_guest_always_has_room_for_one_visit_and_a_movers_time_counts_for_nobody(cast: Cast):
    with_rules(cast, hold_share_percent=1)
    visit = cast.book()
    slots = morning(cast, 4)
    begin(cast, slots[0], account_id=None, source="m", moving=visit)
    begin(cast, slots[1], account_id=None, source="g")
    with pytest.raises(DayHeld):
        begin(cast, slots[2], account_id=None, source="h")


@pytest.mark.parametrize(
    ("switch", "guests", "known"),
    [(OnlineBooking.EVERYONE, True, True), (OnlineBooking.KNOWN, False, True), (OnlineBooking.NOBODY, False, False)],
)
def test_the_switch_of_the_desk_closes_booking_but_not_moving(cast: Cast, switch: str, guests: bool, known: bool):
    visit = cast.book()
    Practice.objects.update(online_booking=switch)
    cast.visit_type.refresh_from_db()
    for index, (is_open, changes) in enumerate(
        ((guests, {"account_id": None}), (known, {}), (True, {"account_id": None, "moving": visit}))
    ):
        slot = morning(cast, 3)[index]
        if is_open:
            begin(cast, slot, source=str(index), **changes)
        else:
            with pytest.raises(SlotsUnsuitable) as refused:
                begin(cast, slot, source=str(index), **changes)
            assert refused.value.why is Unsuitable.NOT_ONLINE


def test_a_day_closed_meanwhile_books_nothing(cast: Cast):
    (slot,) = morning(cast)
    checkout = begin(cast, slot)
    assert close_day(practice=cast.practice, day=slot.starts_at.date(), now=cast.now) == 1
    with pytest.raises(SlotsUnsuitable) as refused:
        finish(cast, checkout)
    assert refused.value.why is Unsuitable.GONE
    with pytest.raises(HoldOver):
        renew_checkout(checkout_id=checkout.pk, now=cast.now)


def test_what_is_over_is_forgotten_a_day_later(cast: Cast):
    checkout = begin(cast, *morning(cast))
    assert end_lapsed_checkouts(now=checkout.until - timedelta(microseconds=1)) == 0
    assert end_lapsed_checkouts(now=checkout.until + MINUTE) == 1
    checkout.refresh_from_db()
    assert checkout.ended_at == checkout.until
    end_lapsed_checkouts(now=checkout.until + DAY - timedelta(microseconds=1))
    assert Checkout.objects.exists()
    end_lapsed_checkouts(now=checkout.until + DAY)
    assert not Checkout.objects.exists()
    with pytest.raises(HoldOver):
        finish(cast, checkout, now=checkout.until + DAY)
    release_lapsed(now=checkout.until + DAY)


def test_one_that_was_left_for_another_books_nothing_also_once_its_time_was_up(cast: Cast):
    first, second = morning(cast, 2)
    left = begin(cast, first, source="maria")
    later = left.until + MINUTE
    end_lapsed_checkouts(now=later)
    begin(cast, second, source="maria", instead_of=left.pk, now=later)
    with pytest.raises(HoldOver):
        finish(cast, left, now=later)
    assert Appointment.objects.count() == 0


def test_guests_of_one_network_keep_a_few_times_whatever_browser_they_use(cast: Cast):
    with_rules(cast, hold_share_percent=100)
    slots = morning(cast, 12)
    for number, slot in enumerate(slots[:MOST_FOR_A_NETWORK]):
        begin(cast, slot, source=f"browser {number}", network="a waiting room", account_id=None)
    with pytest.raises(NetworkHolds):
        begin(cast, slots[-1], source="one more", network="a waiting room", account_id=None)
    begin(cast, slots[-1], source="one more", network="elsewhere", account_id=None)
    begin(cast, slots[-2], source="one of theirs", network="a waiting room", account_id=cast.patient_user.pk)
