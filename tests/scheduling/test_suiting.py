"""Which slots suit a visit: what holds for everybody, what binds patients alone, and to the instant."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from freeslot.practices.models import OnlineBooking, Policy, Practice, Practitioner
from freeslot.scheduling.actors import SYSTEM, Door
from freeslot.scheduling.errors import SlotsUnsuitable, Unsuitable
from freeslot.scheduling.models import Appointment, Slot
from freeslot.scheduling.operations.check_in import check_in, fulfil, mark_no_show
from freeslot.scheduling.operations.suiting import Wanted, has_been_here, suitable_slots
from freeslot.scheduling.states import Side
from tests.scheduling.acts import begin, cancel
from tests.scheduling.test_book import book
from tests.support.cast import Cast, make_cast, make_patient

DAY, HOUR, TICK = timedelta(days=1), timedelta(hours=1), timedelta(microseconds=1)
PATIENT, PRACTICE, SYSTEM_SIDE = Side.PATIENT, Side.PRACTICE, Side.SYSTEM


def why(cast: Cast, *slots: Slot, side: Side = PATIENT, now: Any = None, **rules: Any) -> Unsuitable | None:
    """Why the slots do not suit a visit of the patient's, under these rules for bookings; None where they do."""
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"booking": rules})
    cast.policy.refresh_from_db()
    wanted = Wanted(cast.visit_type, cast.patient, cast.policy, side=side)
    try:
        suitable_slots([slot.pk for slot in slots], wanted, now=now or cast.now)
    except SlotsUnsuitable as refused:
        return refused.why
    return None


def morning(cast: Cast, count: int = 1, *, day: int = 3) -> list[Slot]:
    return cast.slots_from(cast.now + day * DAY - 7 * HOUR, count)


@pytest.mark.parametrize("side", list(Side))
def test_what_belongs_together_holds_for_everybody(cast: Cast, side: Side):
    slots, elsewhere = morning(cast, 4), make_cast(weeks=1, name="Elsewhere").slots_from(cast.now)
    stranger = Slot.objects.get(pk=slots[3].pk)
    other = Practitioner.objects.create(practice=cast.practice, name="Dr. Wu")
    Slot.objects.filter(pk=stranger.pk).update(practitioner=other)
    gone = Slot(pk=10**9)
    for given, found in (
        ([], Unsuitable.GONE),
        ([gone], Unsuitable.GONE),
        ([slots[0], gone], Unsuitable.GONE),
        (slots[:2], Unsuitable.LENGTH),
        (elsewhere, Unsuitable.PRACTICE),
        ([stranger], Unsuitable.NOT_GIVEN),
        (slots[:1] * 2, None),
    ):
        assert why(cast, *given, side=side) == found
    assert why(cast, slots[0], side=side, now=slots[0].starts_at - TICK) is None
    assert why(cast, slots[0], side=side, now=slots[0].starts_at) is Unsuitable.PAST


@pytest.mark.parametrize(
    ("length", "buffer", "suit"), [(21, 0, 2), (40, 0, 2), (41, 0, 3), (20, 1, 2), (20, 20, 2), (30, 31, 4), (1, 0, 1)]
)
def test_the_length_and_the_buffer_decide_how_many_slots(cast: Cast, length: int, buffer: int, suit: int):
    cast.visit_type.length, cast.visit_type.buffer = timedelta(minutes=length), timedelta(minutes=buffer)
    slots = morning(cast, 5)
    assert [why(cast, *slots[:count]) is None for count in range(1, 6)] == [count == suit for count in range(1, 6)]
    if suit > 1:
        assert why(cast, slots[0], *slots[2 : suit + 1]) is Unsuitable.LENGTH


def test_slots_of_another_practice_among_them_or_a_patient_of_another_do_not_suit(cast: Cast):
    other = make_cast(weeks=1, name="Elsewhere")
    cast.visit_type.length = timedelta(minutes=40)
    assert why(cast, morning(cast)[0], other.slots_from(cast.now)[0]) is Unsuitable.PRACTICE
    cast.visit_type.length = timedelta(minutes=20)
    assert why(cast, *morning(cast)) is None
    cast.patient = other.patient
    assert why(cast, *morning(cast)) is Unsuitable.PRACTICE


def test_notice_and_horizon_bind_patients_to_the_instant(cast: Cast):
    (slot,) = morning(cast)
    rules = {"notice_minutes": 60, "horizon_days": 1}
    for now, found in (
        (slot.starts_at - DAY - TICK, Unsuitable.TOO_FAR),
        (slot.starts_at - DAY, None),
        (slot.starts_at - HOUR, None),
        (slot.starts_at - HOUR + TICK, Unsuitable.TOO_SOON),
    ):
        assert why(cast, slot, now=now, **rules) == found
        assert why(cast, slot, now=now, side=PRACTICE, **rules) is None
        assert why(cast, slot, now=now, side=SYSTEM_SIDE, **rules) is None


def test_a_squeezed_in_slot_is_the_desks_alone(cast: Cast):
    (slot,) = morning(cast)
    Slot.objects.filter(pk=slot.pk).update(overbooked=True)
    assert [why(cast, slot, side=side) for side in (PATIENT, PRACTICE)] == [Unsuitable.GONE, None]


def test_a_full_day_is_full_for_this_type_this_practitioner_and_this_day(cast: Cast):
    slots = morning(cast, 24)
    visits = [cast.book(slots=[slots[0]]), cast.book(slots=[slots[23]])]
    assert slots[23].starts_at.date() == slots[0].starts_at.date()
    assert why(cast, slots[1], most_per_day=3) is None
    assert why(cast, slots[1], most_per_day=2) is Unsuitable.DAY_FULL
    assert why(cast, slots[1], most_per_day=2, side=PRACTICE) is None
    for day in (2, 4):
        assert why(cast, *morning(cast, day=day), most_per_day=2) is None
    cancel(cast, visits[0].reference)
    assert why(cast, slots[1], most_per_day=2) is None


@pytest.mark.parametrize(("at", "is_full"), [(time(0), True), (time(23, 59, 59), True), (None, False)])
def test_a_visit_counts_for_the_day_it_begins_on_by_the_practices_clock(cast: Cast, at: time | None, is_full: bool):
    (slot,) = morning(cast)
    day = slot.starts_at.astimezone(cast.practice.tz).date()
    starts_at = datetime.combine(day if at else day + timedelta(days=1), at or time(0), cast.practice.tz)
    visit = cast.book()
    Appointment.objects.filter(pk=visit.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20))
    assert why(cast, slot, most_per_day=1) is (Unsuitable.DAY_FULL if is_full else None)


def test_what_is_not_booked_online_is_booked_by_the_desk(cast: Cast):
    (slot,) = morning(cast)
    cast.visit_type.is_online = False
    assert [why(cast, slot, side=side) for side in (PATIENT, PRACTICE)] == [Unsuitable.NOT_ONLINE, None]
    cast.visit_type.is_online = True
    for switch, found in ((OnlineBooking.NOBODY, Unsuitable.NOT_ONLINE), (OnlineBooking.KNOWN, None)):
        Practice.objects.update(online_booking=switch)
        cast.visit_type.practice.refresh_from_db()
        assert why(cast, slot) == found


def test_a_visit_for_new_patients_or_for_known_ones(cast: Cast):
    (slot,) = morning(cast)
    assert [why(cast, slot, patients=each) for each in ("any", "new")] == [None, None]
    assert why(cast, slot, patients="known") is Unsuitable.ONLY_KNOWN
    assert why(cast, slot) is None
    cast.book()
    assert [why(cast, slot, patients=each) for each in ("any", "known")] == [None, None]
    assert why(cast, slot, patients="new") is Unsuitable.ONLY_NEW
    assert why(cast, slot, patients="new", side=PRACTICE) is None
    cast.patient = make_patient(cast.practice, given_name="Otto")
    assert why(cast, slot, patients="known") is Unsuitable.ONLY_KNOWN


def test_who_is_not_known_yet_may_keep_a_time_for_either(cast: Cast):
    for day, patients in ((2, "new"), (3, "known")):
        Policy.objects.filter(pk=cast.policy.pk).update(rules={"booking": {"patients": patients}})
        assert begin(cast, *morning(cast, day=day))


def test_who_missed_or_cancelled_every_visit_has_not_been_here(cast: Cast):
    cancelled, missed, kept = (cast.book(days=each) for each in (1, 2, 3))
    cancel(cast, cancelled.reference, actor=SYSTEM)
    mark_no_show(ref=missed.reference, actor=cast.staff, door=Door.DESK, now=missed.starts_at)
    assert has_been_here(cast.patient)
    check_in(ref=kept.reference, actor=cast.staff, door=Door.DESK, now=kept.starts_at)
    fulfil(ref=kept.reference, actor=cast.staff, door=Door.DESK, now=kept.starts_at)
    assert has_been_here(cast.patient)
    type(kept).objects.filter(pk=kept.pk).update(status="noshow")
    assert not has_been_here(cast.patient)


def test_a_visit_booked_elsewhere_earlier_is_judged_by_the_rules_of_then_and_the_time_of_now(cast: Cast):
    (slot,) = morning(cast)
    then = cast.now - 10 * DAY
    Policy.objects.create(
        practice=cast.practice, version=2, valid_from=cast.now, rules={"booking": {"notice_minutes": 14_400}}
    )
    with pytest.raises(SlotsUnsuitable) as refused:
        book(cast, slot)
    assert refused.value.why is Unsuitable.TOO_SOON
    assert book(cast, slot, booked_at=then)
