"""Moving: one transaction takes the new slots and frees the old; what stays with the visit, what a refusal leaves."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.practices.models import Location, Policy, Practitioner
from freeslot.receipts.claims import payload_for
from freeslot.scheduling.actors import SYSTEM, Door, link_holder
from freeslot.scheduling.errors import (
    BadReason,
    HoldOver,
    KeyReused,
    SlotsUnsuitable,
    SlotTaken,
    UnknownAppointment,
    Unsuitable,
)
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Appointment, Schedule, Slot, WeeklyHours
from freeslot.scheduling.moving import WhyNot
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.checkout import finish_checkout
from freeslot.scheduling.operations.move import MoveResult
from freeslot.scheduling.operations.publish import publish_slots
from freeslot.scheduling.operations.release import release_lapsed
from freeslot.scheduling.operations.take_back import take_back_visit
from tests.scheduling.acts import begin, cancel, kinds, last_event, live, move, slot_states, undo
from tests.support.cast import RULES, Cast, make_cast

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MOVED = MoveResult.MOVED


@pytest.fixture(autouse=True)
def _healthy(cast: Cast):
    yield
    assert list(breaches(now=cast.now)) == []


def at(cast: Cast, days: int, count: int = 1) -> list[Slot]:
    """The first slots of a day to come."""
    return cast.slots_from(cast.now + days * DAY - 7 * HOUR, count)


def with_rules(cast: Cast, **rules: Any) -> None:
    Policy.objects.filter(pk=cast.policy.pk).update(rules=RULES | rules)


def colleague(cast: Cast, *, location: Location | None = None, gives: bool = True) -> Slot:
    """The first slot of another practitioner, tomorrow at nine."""
    other = Practitioner.objects.create(practice=cast.practice, name="Dr. Lee")
    if gives:
        cast.visit_type.practitioners.add(other)
    schedule = Schedule.objects.create(
        practice=cast.practice,
        practitioner=other,
        location=location or cast.location,
        slot_length=timedelta(minutes=20),
    )
    for weekday in range(7):
        WeeklyHours.objects.create(
            practice=cast.practice, schedule=schedule, weekday=weekday, starts="09:00", ends="10:00"
        )
    publish_slots(schedule=schedule, now=cast.now, weeks=1)
    return schedule.slots.order_by("starts_at")[0]


def as_it_is(visit: Appointment) -> tuple[Any, ...]:
    slots = Slot.objects.order_by("pk").values_list("pk", "status", "held_by", "held_until", "appointment_id")
    return Appointment.objects.filter(pk=visit.pk).values().get(), list(slots), kinds(visit)


def test_a_move_takes_the_new_slot_frees_the_old_and_keeps_the_visit(cast: Cast):
    visit = cast.book()
    old, new = visit.slots.get(), at(cast, 3)[0]
    outcome = move(cast, visit.reference, new, note="n" * 20_000)
    after = live(visit.reference)
    assert (outcome.result, outcome.reference, outcome.event_id) == (MOVED, visit.reference, last_event(visit).pk)
    assert slot_states(old) == ["free"]
    assert after.slots.get() == new
    assert (after.starts_at, after.ends_at, after.status) == (new.starts_at, new.ends_at, "booked")
    assert (after.version, after.sequence, after.moves, after.moved_at) == (2, 1, 1, cast.now)
    same = ("reference", "ical_uid", "policy_id", "price_minor", "booked_at", "patient_id", "series_id")
    assert [getattr(after, each) for each in same] == [getattr(visit, each) for each in same]
    assert (after.carried_fee_minor, after.moved_by_practice_at, len(after.move_note)) == (0, None, 10_000)
    assert kinds(visit) == ["booked", "moved"]


def test_the_event_and_its_receipt_say_both_times(cast: Cast):
    visit = cast.book()
    new = at(cast, 3)[0]
    event = move(cast, visit.reference, new).event
    claims = payload_for(event, issuer="i", number="R", prev=None)
    assert (claims["event"], claims["channel"], claims["actor"]) == ("moved", "portal", "patient")
    assert (claims["start_before"], claims["start"]) == ("2027-03-10T16:00:00-05:00", "2027-03-06T09:00:00-05:00")
    free_until = "2027-03-05T09:00:00-05:00"
    assert claims["policy"] == {
        "version": 1, "late": False, "free_until": free_until, "fee": None, "fee_state": "none",
    }  # fmt: skip
    assert event.data["practitioner_id_before"] == str(cast.practitioner.pk)
    assert event.data["location_id_before"] == str(cast.location.pk)
    assert event.data["ends_at_before"] == visit.ends_at.isoformat()


def test_a_late_move_takes_the_fee_along_and_says_so(cast: Cast):
    visit = cast.book(days=1)
    late = visit.starts_at - 5 * HOUR
    event = move(cast, visit.reference, cast.slots_from(late + 5 * DAY)[0], now=late, accepted_fee=2500).event
    claims = payload_for(event, issuer="i", number="R", prev=None)
    assert (claims["policy"]["late"], claims["policy"]["fee"]) == (True, None)
    assert claims["policy"]["free_until"] is None, "the time that it has now was never free"
    assert event.data["carried_fee_minor"] == 2500
    assert cancel(cast, visit.reference, now=late).verdict.fee.minor == 2500
    assert live(visit.reference).fee_minor == 2500


def test_a_carried_fee_outlives_further_moves_undo_and_a_move_by_itself(cast: Cast):
    visit = cast.book(days=1)
    late = visit.starts_at - 5 * HOUR
    far = cast.slots_from(late + 5 * DAY, 3)
    for slot, actor in zip(far, (cast.patient_actor, SYSTEM, link_holder(visit.pk)), strict=True):
        assert move(cast, visit.reference, slot, now=late, actor=actor).verdict.carried.minor == 2500
    cancel(cast, visit.reference, now=late + HOUR)
    undo(cast, visit.reference, now=late + HOUR)
    after = live(visit.reference)
    assert (after.carried_fee_minor, after.moves, after.moved_by_practice_at) == (2500, 3, None)
    assert after.verdict(cast.patient_actor, late + 2 * HOUR).fee.minor == 2500
    for slot, actor in zip(far, (cast.staff, cast.patient_actor), strict=False):
        move(cast, visit.reference, slot, now=late + 2 * HOUR, actor=actor)
    assert live(visit.reference).carried_fee_minor == 2500, "though after the practice's move it is asked for no more"


def test_a_higher_fee_than_the_accepted_one_moves_nothing(cast: Cast):
    visit = cast.book(days=1)
    before = as_it_is(visit)
    late, target = visit.starts_at - 5 * HOUR, at(cast, 5)[0]
    outcome = move(cast, visit.reference, target, now=late, accepted_fee=2499, idempotency_key="k")
    assert (outcome.result, outcome.verdict.carried.minor, outcome.event) == (MoveResult.FEE_ROSE, 2500, None)
    assert as_it_is(visit) == before
    again = move(cast, visit.reference, target, now=late, accepted_fee=2500, idempotency_key="k")
    assert again.result is MOVED, "the same form with the new fee"


def test_a_try_that_failed_in_time_counts_within_the_grace(cast: Cast):
    visit = cast.book(days=1)
    tried = visit.starts_at - 24 * HOUR
    target = at(cast, 5)[0]
    for now, tried_at, fee in (
        (tried + HOUR + timedelta(microseconds=1), tried, 2500),
        (tried + HOUR, tried + 2 * HOUR, 2500),
        (tried + HOUR, tried, 0),
    ):
        outcome = move(cast, visit.reference, target, now=now, tried_at=tried_at, accepted_fee=0)
        assert outcome.verdict.carried.minor == fee
    assert live(visit.reference).moved_at == tried + HOUR


def test_a_move_into_slots_of_its_own_keeps_those_and_changes_the_rest(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = at(cast, 3, 4)
    visit = cast.book(slots=slots[1:3])
    for wanted, states in (
        (slots[2:], ["free", "free", "busy", "busy"]),
        (slots[1:3], ["free", "busy", "busy", "free"]),
        (slots[:2], ["busy", "busy", "free", "free"]),
    ):
        assert move(cast, visit.reference, *wanted).result is MOVED
        assert slot_states(*slots) == states
        assert live(visit.reference).starts_at == wanted[0].starts_at


def test_a_visit_type_that_takes_more_or_less_by_now_takes_that_after_a_move(cast: Cast):
    slots = at(cast, 3, 4)
    visit = cast.book(slots=slots[:1])
    for length, buffer, wanted in ((40, 0, slots[:2]), (20, 10, slots[1:3]), (20, 0, slots[2:3])):
        cast.visit_type.length, cast.visit_type.buffer = timedelta(minutes=length), timedelta(minutes=buffer)
        cast.visit_type.save()
        move(cast, visit.reference, *wanted)
        after = live(visit.reference)
        assert set(after.slots.all()) == set(wanted)
        assert (after.slot_count, after.ends_at) == (len(wanted), wanted[0].starts_at + timedelta(minutes=length))


def test_the_time_it_has_already_is_no_move(cast: Cast):
    visit = cast.book()
    before = as_it_is(visit)
    for key in ("", "k", "k"):
        outcome = move(cast, visit.reference, visit.slots.get(), idempotency_key=key)
        assert (outcome.result, outcome.event_id) == (MoveResult.SAME, None)
    assert as_it_is(visit) == before


def test_a_press_for_the_time_it_had_already_moves_nothing_when_it_comes_again_later(cast: Cast):
    visit = cast.book()
    own, other = visit.slots.get(), at(cast, 3)[0]
    move(cast, visit.reference, own, idempotency_key="k")
    move(cast, visit.reference, other)
    assert move(cast, visit.reference, own, idempotency_key="k").result is MoveResult.SAME
    assert live(visit.reference).slots.get() == other


def test_a_visit_says_why_it_was_moved_last(cast: Cast):
    with_rules(cast, move={"reason": "optional"})
    visit = cast.book()
    for slot, reason in zip(at(cast, 3, 3), ("pat-fb", "oth-weath", ""), strict=True):
        move(cast, visit.reference, slot, reason=reason)
        assert live(visit.reference).move_reason == reason


def test_a_second_press_gets_the_outcome_of_the_first_and_another_time_is_refused(cast: Cast):
    visit = cast.book()
    one, other = at(cast, 3, 2)
    first = move(cast, visit.reference, one, idempotency_key="k")
    again = move(cast, visit.reference, one, idempotency_key="k")
    assert (again.result, again.event_id, again.event) == (MOVED, first.event_id, None)
    with pytest.raises(KeyReused):
        move(cast, visit.reference, other, idempotency_key="k")
    assert kinds(visit) == ["booked", "moved"]


@pytest.mark.parametrize(
    ("who", "spoken"), [("patient", "patient"), ("proxy", "proxy"), ("link", "patient"), ("staff", "practice")]
)
def test_who_may_move_and_what_they_are_called(cast: Cast, who: str, spoken: str):
    visit = cast.book()
    actors = {"patient": cast.patient_actor, "proxy": cast.proxy, "link": link_holder(visit.pk), "staff": cast.staff}
    event = move(cast, visit.reference, at(cast, 3)[0], actor=actors[who]).event
    assert event.actor_kind == spoken


def test_a_stranger_moves_nothing(cast: Cast):
    visit = cast.book()
    other = make_cast(weeks=1, name="Elsewhere")
    before = as_it_is(visit)
    for actor in (cast.stranger, other.staff, link_holder(other.patient.pk)):
        with pytest.raises(UnknownAppointment):
            move(cast, visit.reference, at(cast, 3)[0], actor=actor)
    assert as_it_is(visit) == before


def test_the_practice_moves_without_a_fee_a_reason_a_limit_or_a_notice(cast: Cast):
    visit = cast.book(days=1, booked_at=cast.now)
    with_rules(cast, move={"most": 0, "reason": "required"}, booking={"notice_minutes": 10_000})
    late = visit.starts_at - 5 * HOUR
    moved = move(cast, visit.reference, cast.slots_from(late + HOUR)[0], actor=cast.staff, now=late, accepted_fee=0)
    after = live(visit.reference)
    assert (moved.result, after.moved_by_practice_at, after.moves, after.carried_fee_minor) == (MOVED, late, 0, 0)
    assert after.verdict(cast.patient_actor, late).why == "moved_by_practice"


def test_the_practice_moves_a_visit_that_it_was_told_of_and_the_patient_may_cancel_again(cast: Cast):
    with_rules(cast, tell_after={"minutes_before": 600})
    visit = cast.book(days=1)
    late = visit.starts_at - HOUR
    cancel(cast, visit.reference, now=late)
    target = at(cast, 5)[0]
    assert move(cast, visit.reference, target, now=late).verdict.why_not is WhyNot.TOLD
    assert move(cast, visit.reference, target, now=late, actor=cast.staff).result is MOVED
    assert live(visit.reference).told_at is None


@pytest.mark.parametrize("why", ["cancelled", "checked_in", "started", "too_late", "too_often"])
def test_a_move_that_the_verdict_is_against_changes_nothing(cast: Cast, why: str):
    with_rules(cast, move={"most": 1, "until": {"minutes_before": 60}})
    visit, now = cast.book(days=1), cast.now
    if why == "cancelled":
        cancel(cast, visit.reference)
    if why == "checked_in":
        check_in(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=now)
    if why == "too_often":
        move(cast, visit.reference, at(cast, 2)[0])
    now = {"started": visit.starts_at, "too_late": visit.starts_at - HOUR + timedelta(seconds=1)}.get(why, now)
    before = as_it_is(visit)
    outcome = move(cast, visit.reference, at(cast, 5)[0], now=now)
    assert (outcome.result, outcome.verdict.why_not, outcome.event) == (MoveResult.REFUSED, why, None)
    assert as_it_is(visit) == before


def test_a_time_that_is_taken_or_kept_for_somebody_leaves_the_old_visit_as_it_was(cast: Cast):
    visit, others, cancelled = cast.book(), cast.book(days=2), cast.book(days=3)
    cancelled_slot = cancelled.slots.get()
    cancel(cast, cancelled.reference)
    held = at(cast, 4)[0]
    kept = begin(cast, held, moving=visit)
    before = as_it_is(visit)
    for slot in (others.slots.get(), cancelled_slot, held):
        with pytest.raises(SlotTaken):
            move(cast, visit.reference, slot)
        assert as_it_is(visit) == before
    assert move(cast, visit.reference, cancelled_slot, now=cast.now + timedelta(minutes=10)).result is MOVED
    assert release_lapsed(now=cast.now + timedelta(minutes=10)) == 1
    assert move(cast, visit.reference, held, holder=kept.pk).result is MOVED


def test_of_several_slots_of_which_one_is_taken_none_is_taken(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = at(cast, 3, 4)
    visit, _other = cast.book(slots=slots[:2]), cast.book(slots=slots[2:])
    before = as_it_is(visit)
    with pytest.raises(SlotTaken):
        move(cast, visit.reference, *slots[1:3])
    assert as_it_is(visit) == before


def test_a_full_day_does_not_stand_against_a_move_within_it(cast: Cast):
    with_rules(cast, booking={"most_per_day": 1})
    first, second, other_day = *at(cast, 3, 2), at(cast, 4)[0]
    visit = cast.book(slots=[first])
    with pytest.raises(SlotsUnsuitable):
        move(cast, cast.book(slots=[other_day]).reference, second)
    assert move(cast, visit.reference, second).result is MOVED


def test_another_practitioner_or_place_only_where_the_rules_let_it_change(cast: Cast):
    annex = Location.objects.create(practice=cast.practice, name="Annex", address="14 Elm Street")
    who, where = colleague(cast), colleague(cast, location=annex)
    visit = cast.book()
    for elsewhere, moves in (([], []), (["practitioner"], [who]), (["practitioner", "location"], [where])):
        with_rules(cast, move={"elsewhere": elsewhere})
        for slot in {who, where} - set(moves):
            if elsewhere != ["practitioner", "location"]:
                with pytest.raises(SlotsUnsuitable) as refused:
                    move(cast, visit.reference, slot)
                assert refused.value.why is Unsuitable.ELSEWHERE
        for slot in moves:
            move(cast, visit.reference, slot)
            after = live(visit.reference)
            assert (after.practitioner_id, after.location_id) == (slot.practitioner_id, slot.location_id)


def test_only_to_a_practitioner_who_gives_it_and_never_to_another_practice(cast: Cast):
    visit = cast.book()
    elsewhere = make_cast(weeks=1, name="Elsewhere").slots_from(cast.now)[0]
    stranger = colleague(cast, gives=False)
    before = as_it_is(visit)
    for slot, why in ((elsewhere, Unsuitable.PRACTICE), (stranger, Unsuitable.NOT_GIVEN)):
        for actor in (cast.patient_actor, cast.staff, SYSTEM):
            with pytest.raises(SlotsUnsuitable) as refused:
                move(cast, visit.reference, slot, actor=actor)
            assert refused.value.why is why
    assert as_it_is(visit) == before


def test_a_reason_is_asked_for_as_the_rules_for_moves_say(cast: Cast):
    one, other = at(cast, 3, 2)
    for rule, given, is_taken in (
        ("off", "pat-fb", False),
        ("required", "", False),
        ("optional", "nope", False),
        ("optional", "", True),
        ("required", "pat-fb", True),
    ):
        with_rules(cast, move={"reason": rule})
        visit = cast.book()
        if is_taken:
            move(cast, visit.reference, one, reason=given)
            assert live(visit.reference).move_reason == given
            one = other
        else:
            with pytest.raises(BadReason):
                move(cast, visit.reference, one, reason=given)


def test_the_times_are_those_of_the_rules_of_today_but_the_fee_that_of_the_visit(cast: Cast):
    visit = cast.book(days=1)
    newer = {"steps": [], "booking": {"notice_minutes": 4 * 1440}, "move": {"most": 0}}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now, rules=newer)
    with pytest.raises(SlotsUnsuitable) as refused:
        move(cast, visit.reference, at(cast, 3)[0])
    assert refused.value.why is Unsuitable.TOO_SOON
    late = visit.starts_at - HOUR
    move(cast, visit.reference, at(cast, 6)[0], now=late)
    assert (live(visit.reference).carried_fee_minor, live(visit.reference).policy) == (2500, cast.policy)


def test_a_cancel_after_a_move_is_undone_and_taken_back_to_the_new_time(cast: Cast):
    visit = cast.book()
    new = at(cast, 3)[0]
    move(cast, visit.reference, new)
    cancel(cast, visit.reference)
    assert slot_states(new) == ["held"]
    undo(cast, visit.reference)
    cancel(cast, visit.reference)
    release_lapsed(now=cast.now + HOUR)
    take_back_visit(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now + HOUR)
    assert (live(visit.reference).slots.get(), live(visit.reference).starts_at) == (new, new.starts_at)
    assert kinds(visit)[1:] == ["moved", "cancelled", "undone", "cancelled", "released", "undone"]


def test_the_checkout_that_kept_the_time_ends_with_the_move_and_books_nothing_itself(cast: Cast):
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = at(cast, 3, 4)
    visit = cast.book(slots=slots[:2])
    checkout = begin(cast, *slots[1:3], moving=visit)
    assert slot_states(*slots) == ["busy", "busy", "held", "free"]
    with pytest.raises(HoldOver):
        finish_checkout(
            checkout_id=checkout.pk, patient=cast.patient, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now
        )
    with pytest.raises(SlotTaken):
        move(cast, visit.reference, *slots[1:3])
    move(cast, visit.reference, *slots[1:3], holder=checkout.pk, chosen_at=checkout.began_at)
    checkout.refresh_from_db()
    assert slot_states(*slots) == ["free", "busy", "busy", "free"]
    assert (checkout.ended_at, checkout.appointment_id) == (cast.now, visit.pk)


def test_what_a_checkout_kept_beside_the_time_that_was_taken_goes_back(cast: Cast):
    visit = cast.book()
    kept, taken = at(cast, 3, 2)
    checkout = begin(cast, kept, moving=visit)
    move(cast, visit.reference, taken, holder=checkout.pk)
    assert slot_states(kept, taken) == ["free", "busy"]


def test_nobody_moves_into_a_time_by_the_name_of_what_somebody_else_keeps(cast: Cast):
    visit, others, cancelled = cast.book(), cast.book(days=9), cast.book(days=3)
    left = cancelled.slots.get()
    cancel(cast, cancelled.reference)
    slots = at(cast, 4, 2)
    keeping = [begin(cast, slots[0], source="b"), begin(cast, slots[1], source="c", moving=others)]
    before = as_it_is(visit)
    for holder, slot in ((keeping[0].pk, slots[0]), (keeping[1].pk, slots[1]), (cancelled.pk, left)):
        with pytest.raises(SlotTaken):
            move(cast, visit.reference, slot, holder=holder)
        assert as_it_is(visit) == before
    assert move(cast, visit.reference, at(cast, 5)[0], holder=keeping[0].pk).result is MOVED
    assert slot_states(*slots, left) == ["held"] * 3, "and it frees nothing of theirs"


def test_what_a_checkout_has_led_to_stays_as_it_was_when_it_is_named_again(cast: Cast):
    visit = cast.book()
    first, second = at(cast, 3, 2)
    checkout = begin(cast, first, moving=visit)
    move(cast, visit.reference, first, holder=checkout.pk)
    move(cast, visit.reference, second, holder=checkout.pk, now=cast.now + HOUR)
    checkout.refresh_from_db()
    assert (checkout.ended_at, live(visit.reference).starts_at) == (cast.now, second.starts_at)


def test_a_time_that_was_kept_is_not_too_soon_by_the_minutes_of_the_form(cast: Cast):
    with_rules(cast, booking={"notice_minutes": 60})
    visit = cast.book()
    slot = at(cast, 1)[0]
    began = slot.starts_at - HOUR
    with pytest.raises(SlotsUnsuitable):
        move(cast, visit.reference, slot, now=began + timedelta(minutes=5))
    assert move(cast, visit.reference, slot, now=began + timedelta(minutes=5), chosen_at=began).result is MOVED


def test_a_visit_that_is_elsewhere_than_it_was_seen_is_not_moved(cast: Cast) -> None:
    visit, (first,), (second,) = cast.book(), at(cast, 9), at(cast, 10)
    seen = {"seen_at": visit.starts_at}
    assert move(cast, visit.reference, first, idempotency_key="a", **seen).result is MOVED
    assert move(cast, visit.reference, second, idempotency_key="b", **seen).result is MoveResult.ELSEWHERE
    assert kinds(visit) == ["booked", "moved"]
    assert move(cast, visit.reference, first, idempotency_key="a", **seen).result is MOVED
    assert move(cast, visit.reference, second, idempotency_key="b").result is MOVED
