"""Cancelling: what it writes, what it refuses, what a second press gets."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Model

from freeslot.scheduling.actors import SYSTEM, Door, link_holder, staff
from freeslot.scheduling.errors import BadReason, KeyReused, UnknownAppointment
from freeslot.scheduling.models import Appointment, IdempotencyRow, Slot
from freeslot.scheduling.operations.cancel import LONGEST_NOTE, CancelResult
from freeslot.scheduling.operations.locking import lock_appointment
from freeslot.scheduling.operations.repeats import forget_expired_keys
from freeslot.scheduling.policy import Kind, Why
from freeslot.scheduling.reading import FOR_PAGES, read_visit
from tests.scheduling.acts import cancel, kinds, last_event, live, slot_states, undo
from tests.support.cast import Cast, make_cast

FEE = [{"after": {"minutes_before": 1440}, "fee": {"minor": 2500}}]


def late(visit: Appointment):
    return visit.starts_at - timedelta(hours=3)


def columns_of(row: Model):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_cancel_in_time_keeps_the_slots_for_its_undo_and_costs_nothing(cast: Cast):
    visit = cast.book()
    outcome = cancel(cast, visit.reference, reason="pat-fb", note="Feeling well")
    after = live(visit.reference)
    assert (outcome.result, outcome.reference) == (CancelResult.CANCELLED, visit.reference)
    assert (after.status, after.cancel_kind, after.fee_minor, after.fee_state) == ("cancelled", "in_time", 0, "none")
    assert (after.cancelled_at, after.cancelled_by, after.cancelled_door) == (cast.now, "patient", "portal")
    assert (after.reason, after.note, after.sequence, after.version) == ("pat-fb", "Feeling well", 1, 2)
    assert after.undo_until == cast.now + timedelta(minutes=10)
    slot = Slot.objects.get(held_by=visit.pk)
    assert (slot.status, slot.held_until, slot.appointment_id) == ("held", after.undo_until, None)
    assert kinds(visit) == ["booked", "cancelled"]


def test_the_event_holds_what_receipts_and_messages_tell(cast: Cast):
    visit = cast.book()
    outcome = cancel(cast, visit.reference, now=late(visit), actor=cast.proxy)
    event = last_event(visit)
    assert outcome.event == event
    assert (event.kind, event.at, event.due_at, event.actor_kind, event.door) == (
        "appointment.cancelled", late(visit), late(visit), "proxy", "portal",
    )  # fmt: skip
    assert event.data == {
        "reference": visit.reference,
        "practice": cast.practice.slug,
        "zone": "America/New_York",
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "practitioner_id": str(cast.practitioner.pk),
        "location_id": str(cast.location.pk),
        "status": "cancelled",
        "policy_version": 1,
        "currency": "USD",
        "sequence": 1,
        "why": "late",
        "late": True,
        "fee_minor": 2500,
        "free_until": (visit.starts_at - timedelta(days=1)).isoformat(),
        "fee_state": "decided",
        "review_why": "",
        "cancel_kind": "late",
        "undo_until": (late(visit) + timedelta(minutes=10)).isoformat(),
    }


def test_a_fee_above_the_accepted_one_is_never_taken(cast: Cast):
    visit = cast.book()
    outcome = cancel(cast, visit.reference, now=late(visit), accepted_fee=2499, idempotency_key="k")
    assert (outcome.result, outcome.verdict.fee.minor) == (CancelResult.FEE_ROSE, 2500)
    assert (live(visit.reference).status, kinds(visit)) == ("booked", ["booked"])
    # The same form pressed again with the new fee is the same intention.
    outcome = cancel(cast, visit.reference, now=late(visit), accepted_fee=2500, idempotency_key="k")
    assert outcome.result is CancelResult.CANCELLED
    assert live(visit.reference).fee.minor == 2500


def test_asking_for_a_review_leaves_the_fee_undecided(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference, now=late(visit), ask_review=True, review_why="plan")
    data = last_event(visit).data
    assert (live(visit.reference).fee_state, data["fee_state"], data["review_why"]) == (
        "in_review",
        "in_review",
        "plan",
    )


def test_a_review_of_no_fee_is_no_review(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference, ask_review=True, review_why="plan")
    assert (live(visit.reference).fee_state, last_event(visit).data["review_why"]) == ("none", "")


def test_cancelling_again_changes_nothing(cast: Cast):
    visit = cast.book()
    first = cancel(cast, visit.reference, idempotency_key="one")
    again = cancel(cast, visit.reference, idempotency_key="one")
    other = cancel(cast, visit.reference, idempotency_key="two", actor=cast.proxy)
    assert (again.result, again.event_id) == (CancelResult.CANCELLED, first.event_id)
    assert other.result is CancelResult.ALREADY
    assert kinds(visit) == ["booked", "cancelled"]


def test_the_same_key_after_an_undo_gives_the_stored_outcome_and_cancels_nothing(cast: Cast):
    visit = cast.book()
    first = cancel(cast, visit.reference, idempotency_key="one")
    undo(cast, visit.reference)
    again = cancel(cast, visit.reference, idempotency_key="one")
    assert (again.result, again.event_id) == (CancelResult.CANCELLED, first.event_id)
    assert live(visit.reference).status == "booked"
    assert IdempotencyRow.objects.get().repeats == 1


def test_a_stored_already_cancelled_is_given_again(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference)
    for _ in range(2):
        outcome = cancel(cast, visit.reference, idempotency_key="late")
        assert (outcome.result, outcome.event_id) == (CancelResult.ALREADY, None)


def test_a_key_is_for_one_visit_and_one_actor(cast: Cast):
    one, other = cast.book(days=3), cast.book(days=4)
    cancel(cast, one.reference, idempotency_key="k")
    with pytest.raises(KeyReused):
        cancel(cast, other.reference, idempotency_key="k")
    assert live(other.reference).status == "booked"
    assert cancel(cast, other.reference, idempotency_key="k", actor=cast.proxy).result is CancelResult.CANCELLED


def test_a_key_is_forgotten_after_a_week(cast: Cast):
    cancel(cast, cast.book().reference, idempotency_key="k")
    week = cast.now + timedelta(days=7)
    assert forget_expired_keys(now=week - timedelta(seconds=1)) == 0
    assert forget_expired_keys(now=week) == 1


def test_strangers_and_wrong_references_learn_nothing(cast: Cast):
    visit = cast.book()
    elsewhere = make_cast(weeks=1, name="Elsewhere")
    for actor in (cast.stranger, elsewhere.staff, link_holder(uuid.uuid4()), staff("desk", uuid.uuid4())):
        with pytest.raises(UnknownAppointment):
            cancel(cast, visit.reference, actor=actor)
    for ref in ("", "FS-0000-0000", visit.reference.lower(), "'; --"):
        with pytest.raises(UnknownAppointment):
            cancel(cast, ref)
    assert kinds(visit) == ["booked"]


def test_a_grant_that_has_ended_opens_nothing(cast: Cast):
    visit = cast.book()
    cast.patient.grants.filter(user=cast.proxy_user).update(until=cast.now)
    with pytest.raises(UnknownAppointment):
        cancel(cast, visit.reference, actor=cast.proxy)
    before = cast.now - timedelta(seconds=1)
    assert cancel(cast, visit.reference, actor=cast.proxy, now=before).result is CancelResult.CANCELLED


def test_whoever_may_see_a_visit_may_load_it_for_a_change_and_nobody_else(cast: Cast):
    visit = cast.book()
    other = cast.book(days=9)
    actors = {
        "patient": cast.patient_actor, "proxy": cast.proxy, "stranger": cast.stranger, "staff": cast.staff,
        "link": link_holder(visit.pk), "other link": link_holder(other.pk), "system": SYSTEM,
        "other staff": staff("desk", uuid.uuid4()),
    }  # fmt: skip
    for name, actor in actors.items():
        seen = Appointment.objects.visible_to(actor, cast.now).filter(pk=visit.pk).exists()
        assert seen == (name in {"patient", "proxy", "staff", "link", "system"})
        try:
            cancel(cast, visit.reference, actor=actor, now=visit.ends_at + timedelta(days=900), idempotency_key=name)
            loaded = True
        except UnknownAppointment:
            loaded = False
        assert loaded == seen
        assert (read_visit(visit.reference, actor=actor, now=cast.now) is not None) == seen


def test_who_has_several_links_open_changes_each_visit_as_the_holder_of_its_own(cast: Cast):
    one, other = cast.book(), cast.book(days=9)
    for ref in (one.reference, other.reference):
        with pytest.raises(UnknownAppointment):
            lock_appointment(ref, actor=link_holder(one.pk, other.pk), now=cast.now)


def test_a_page_reads_the_same_visit_as_the_orm_with_all_its_parts(cast: Cast, django_assert_num_queries):
    visit = cast.book()
    other = cast.book(days=9)
    twin = Appointment.objects.for_pages().get(pk=visit.pk)
    for actor in (cast.proxy, cast.staff, SYSTEM, link_holder(other.pk, visit.pk)):
        with django_assert_num_queries(1):
            read = read_visit(visit.reference, actor=actor, now=cast.now)
            assert read is not None
            assert columns_of(read) == columns_of(twin)
            for part in FOR_PAGES:
                assert columns_of(getattr(read, part)) == columns_of(getattr(twin, part))
    assert read_visit(visit.reference, actor=link_holder(), now=cast.now) is None


@pytest.mark.parametrize(
    ("actor", "kind", "door"),
    [("patient_actor", "patient", Door.PORTAL), ("proxy", "proxy", Door.APP), ("staff", "practice", Door.DESK)],
)
def test_who_cancelled_is_kept_in_the_words_of_receipts(cast: Cast, actor, kind, door):
    visit = cast.book()
    cancel(cast, visit.reference, actor=getattr(cast, actor), door=door)
    event = last_event(visit)
    assert (live(visit.reference).cancelled_by, event.actor_kind, event.door) == (kind, kind, door)


def test_the_holder_of_a_link_is_the_patient(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference, actor=link_holder(visit.pk), door=Door.LINK)
    assert live(visit.reference).cancelled_by == "patient"


@pytest.mark.django_db
def test_the_practice_cancels_without_fee_and_without_the_practices_reasons():
    cast = make_cast(weeks=2, rules={"steps": FEE, "reason": "required", "tell_after": {"minutes_before": 600}})
    visit = cast.book()
    outcome = cancel(cast, visit.reference, actor=cast.staff, now=late(visit), accepted_fee=0, door=Door.DESK)
    after = live(visit.reference)
    assert (outcome.result, after.cancel_kind, after.fee_minor) == (CancelResult.CANCELLED, "by_practice", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "offered", "reason", "is_good"),
    [
        ("optional", [], "", True),
        ("optional", [], "ill", True),
        ("optional", [], "nonsense", False),
        ("optional", ["other"], "ill", False),
        ("required", [], "", False),
        ("required", ["ill"], "ill", True),
        ("off", [], "", True),
        ("off", [], "ill", False),
    ],
)
def test_the_reason_is_one_the_practice_offers(rule, offered, reason, is_good):
    cast = make_cast(weeks=2, rules={"reason": rule, "reasons": offered})
    visit = cast.book()
    if is_good:
        assert cancel(cast, visit.reference, reason=reason).result is CancelResult.CANCELLED
    else:
        with pytest.raises(BadReason):
            cancel(cast, visit.reference, reason=reason)
        assert live(visit.reference).status == "booked"


def test_a_note_is_kept_as_text_up_to_its_length(cast: Cast):
    visit = cast.book()
    note = "<b>\u202e &amp; \x07 😀" + "x" * LONGEST_NOTE
    cancel(cast, visit.reference, note=note)
    assert live(visit.reference).note == note[:LONGEST_NOTE]


def test_a_visit_that_has_started_or_is_checked_in_stays(cast: Cast):
    visit = cast.book()
    outcome = cancel(cast, visit.reference, now=visit.starts_at, reason="nonsense", idempotency_key="k")
    assert (outcome.result, outcome.verdict.kind, outcome.verdict.why) == (
        CancelResult.REFUSED, Kind.REFUSED, Why.STARTED,
    )  # fmt: skip
    assert (kinds(visit), IdempotencyRow.objects.count()) == (["booked"], 0)


@pytest.mark.django_db
def test_a_told_practice_is_told_once_and_the_visit_stays_booked():
    cast = make_cast(weeks=2, rules={"steps": FEE, "tell_after": {"minutes_before": 600}})
    visit = cast.book()
    first = cancel(cast, visit.reference, now=late(visit), accepted_fee=0, reason="ill", note="flu")
    again = cancel(cast, visit.reference, now=late(visit) + timedelta(minutes=1), accepted_fee=0)
    after = live(visit.reference)
    assert (first.result, again.result) == (CancelResult.TOLD, CancelResult.TOLD)
    assert first.event_id == again.event_id == last_event(visit).pk
    assert again.event is None
    assert (after.status, after.told_at, after.reason, after.note) == ("booked", late(visit), "ill", "flu")
    assert (after.fee_minor, after.fee_state, after.version, after.sequence) == (0, "none", 2, 0)
    assert kinds(visit) == ["booked", "practice_told"]
    assert last_event(visit).data["fee_minor"] == 2500


def test_a_cancel_that_leaves_no_undo_frees_the_slots_at_once(cast: Cast):
    cast.policy.rules = cast.policy.rules | {"undo_minutes": 0}
    cast.policy.save()
    visit = cast.book()
    slot = visit.slots.get()
    cancel(cast, visit.reference)
    after = live(visit.reference)
    assert (after.undo_until, after.released_at, slot_states(slot)) == (None, cast.now, ["free"])
    assert kinds(visit) == ["booked", "cancelled"]


def test_a_failed_try_counts_for_the_grace_of_the_rules(cast: Cast):
    visit = cast.book()
    deadline = visit.starts_at - timedelta(days=1)
    within = cancel(cast, visit.reference, now=deadline + timedelta(hours=1), tried_at=deadline, accepted_fee=0)
    assert (within.result, within.verdict.fee.minor) == (CancelResult.CANCELLED, 0)


@pytest.mark.parametrize("seconds", [3601, -1])
def test_a_failed_try_too_long_ago_or_in_the_future_does_not_count(cast: Cast, seconds):
    visit = cast.book()
    now = visit.starts_at - timedelta(hours=23)
    outcome = cancel(cast, visit.reference, now=now, tried_at=now - timedelta(seconds=seconds), accepted_fee=0)
    assert (outcome.result, outcome.verdict.fee.minor) == (CancelResult.FEE_ROSE, 2500)


def test_the_undo_window_of_a_retried_cancel_runs_from_the_press_that_succeeded(cast: Cast):
    visit = cast.book()
    now = cast.now + timedelta(minutes=30)
    cancel(cast, visit.reference, now=now, tried_at=cast.now)
    assert live(visit.reference).undo_until == now + timedelta(minutes=10)


def test_a_retried_cancel_whose_visit_has_started_meanwhile_has_no_undo(cast: Cast):
    visit = cast.book()
    cancel(cast, visit.reference, now=visit.starts_at, tried_at=visit.starts_at - timedelta(minutes=5))
    after = live(visit.reference)
    assert (after.status, after.undo_until, after.released_at) == ("cancelled", None, visit.starts_at)
