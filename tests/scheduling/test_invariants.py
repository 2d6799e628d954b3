"""Each invariant notices what it is for: the rows are broken on purpose, behind the operations' back."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from freeslot.audit.models import AuditRow
from freeslot.events.models import Event
from freeslot.patients.models import Patient
from freeslot.practices.models import Practitioner
from freeslot.scheduling import invariants
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, IdempotencyRow, Slot
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.release import release_slots
from tests.support.cast import NOW, make_cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def found(now=NOW):
    return list(invariants.breaches(now=now))


def run(sql, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [value.hex if isinstance(value, uuid.UUID) and is_sqlite() else value for value in values])
        assert cursor.rowcount > 0


def is_sqlite():
    return connection.vendor == "sqlite"


def cancel(cast, visit):
    cancel_appointment(
        ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, reason="", note="", accepted_fee=0,
        idempotency_key="key", now=cast.now,
    )  # fmt: skip


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def visit(cast):
    return cast.book()


@pytest.fixture
def cancelled(cast, visit):
    cancel(cast, visit)
    return visit


def test_a_whole_world_has_no_breach(cast, cancelled):
    cast.book(days=9)

    assert found() == []


def test_slots_that_overlap_are_noticed(cast):
    one, other = cast.slots_from(cast.now, 2)
    run("UPDATE scheduling_slot SET ends_at = %s WHERE id = %s", other.starts_at + timedelta(minutes=1), one.pk)

    assert found() == [f"Slot {one.pk} overlaps the next one of its practitioner, and neither is an extra one."]


def test_an_extra_slot_may_overlap(cast):
    one, other = cast.slots_from(cast.now, 2)
    run("UPDATE scheduling_slot SET overbooked = %s, starts_at = %s WHERE id = %s", True, one.starts_at, other.pk)

    assert found() == []


def test_two_visits_at_once_with_one_practitioner_are_noticed(cast, visit):
    other = cast.book(slots=[Slot.objects.filter(starts_at__gt=visit.starts_at).order_by("starts_at")[0]])
    run("UPDATE scheduling_appointment SET starts_at = %s WHERE id = %s", visit.starts_at, other.pk)

    one, two = sorted([visit, other], key=lambda each: each.pk)
    assert found() == [
        f"Visits {one.reference} and {two.reference} are with one practitioner at the same time.",
        f"The slots of visit {other.reference} do not cover its time.",
        f"Visit {other.reference} is not at the time at which its last event left it.",
    ]


def test_a_visit_without_its_slots_is_noticed(visit):
    run("UPDATE scheduling_slot SET status = 'free', appointment_id = NULL WHERE appointment_id = %s", visit.pk)

    assert found() == [f"Visit {visit.reference} is booked but has no slots."]


def test_a_visit_with_too_few_slots_is_noticed(visit):
    run("UPDATE scheduling_appointment SET slot_count = 2 WHERE id = %s", visit.pk)

    assert found() == [f"Visit {visit.reference} has 1 slots instead of 2."]


def test_a_visit_longer_than_its_slots_is_noticed(visit):
    run("UPDATE scheduling_appointment SET ends_at = %s WHERE id = %s", visit.ends_at + timedelta(minutes=1), visit.pk)

    assert found() == [f"The slots of visit {visit.reference} do not cover its time."]


def test_slots_of_another_practitioner_are_noticed(cast, visit):
    other = Practitioner.objects.create(practice=make_cast(name="Oak Street Practice").practice, name="Dr. Ann Stone")
    run("UPDATE scheduling_slot SET practitioner_id = %s WHERE appointment_id = %s", other.pk, visit.pk)

    slot = Slot.objects.get(appointment=visit)
    assert found() == [
        f"The slots of visit {visit.reference} are of another practice, practitioner or location.",
        f"Slot {slot} points at a practitioner of another practice.",
        f"Slot {slot.pk} names another practitioner or location than its schedule.",
    ]


def test_slots_that_a_cancelled_visit_kept_are_noticed(cast, cancelled):
    run(
        "UPDATE scheduling_slot SET status = 'busy', held_by = NULL, held_until = NULL, appointment_id = %s "
        "WHERE status = 'held'",
        cancelled.pk,
    )

    assert found() == [
        f"Visit {cancelled.reference} is cancelled but still has slots.",
        f"The undo window of visit {cancelled.reference} holds 0 slots instead of 1.",
    ]


def test_a_hold_for_a_visit_that_is_booked_is_noticed(cast, visit):
    slot = cast.slots_from(cast.now)[0]
    run(
        "UPDATE scheduling_slot SET status = 'held', held_by = %s, held_until = %s WHERE id = %s",
        visit.pk,
        LATER,
        slot.pk,
    )

    assert found() == [f"Slots are held for visit {visit.reference}, which has no undo window."]


def test_a_hold_that_outlives_its_undo_window_is_noticed(cancelled):
    run("UPDATE scheduling_slot SET held_until = %s WHERE held_by = %s", LATER, cancelled.pk)

    assert found() == [f"The slots held for visit {cancelled.reference} are not held until its undo window ends."]


def test_an_undo_window_that_nobody_ended_is_noticed(cancelled):
    assert found(cancelled_end(cancelled) + timedelta(minutes=4)) == []
    assert found(cancelled_end(cancelled) + timedelta(minutes=6)) == [
        f"Visit {cancelled.reference} has an undo window that ended without its slots being given back."
    ]


def cancelled_end(visit):
    return Appointment.objects.values_list("undo_until", flat=True).get(pk=visit.pk)


def test_a_hold_after_the_release_is_noticed(cast, cancelled):
    release_slots(ref=cancelled.reference, actor=cast.patient_actor, door=Door.PORTAL, now=NOW)
    slot = cast.slots_from(cast.now)[0]
    run(
        "UPDATE scheduling_slot SET status = 'held', held_by = %s, held_until = %s WHERE id = %s",
        cancelled.pk, LATER, slot.pk,
    )  # fmt: skip

    assert found() == [f"Slots are held for visit {cancelled.reference}, which has no undo window."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("fee_minor = 2500, fee_state = 'decided'", "has a fee but is not cancelled"),
        ("released_at = booked_at", "has given its slots back but is not cancelled"),
        ("reference = 'FS-0000-0001'", "has a reference whose check character is wrong"),
        ("version = 2", "is at version 2, its last event at 1"),
    ],
)
def test_a_booked_visit_that_contradicts_itself_is_noticed(visit, change, words):
    run(f"UPDATE scheduling_appointment SET {change} WHERE id = %s", visit.pk)  # noqa: S608 - from the table above

    visit.refresh_from_db()
    assert found() == [f"Visit {visit.reference} {words}."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("cancelled_by = ''", "is cancelled, but not by whom, through which door, or how"),
        ("cancel_kind = 'late'", "has a fee that does not go with how it was cancelled"),
        ("fee_minor = 1, fee_state = 'decided'", "has a fee that does not go with how it was cancelled"),
    ],
)
def test_a_cancelled_visit_that_contradicts_itself_is_noticed(cancelled, change, words):
    run(f"UPDATE scheduling_appointment SET {change} WHERE id = %s", cancelled.pk)  # noqa: S608 - from the table above

    assert found() == [f"Visit {cancelled.reference} {words}."]


def test_an_undo_window_beyond_the_start_is_noticed(cancelled):
    end = cancelled.starts_at + timedelta(seconds=1)
    run("UPDATE scheduling_appointment SET undo_until = %s WHERE id = %s", end, cancelled.pk)
    run("UPDATE scheduling_slot SET held_until = %s WHERE held_by = %s", end, cancelled.pk)

    assert found() == [
        f"Visit {cancelled.reference} has an undo window that ends before the cancel or after the start."
    ]


def test_a_cancel_that_neither_holds_nor_frees_is_noticed(cancelled):
    run("UPDATE scheduling_appointment SET undo_until = NULL WHERE id = %s", cancelled.pk)
    Slot.objects.filter(held_by=cancelled.pk).update(status="free", held_by=None, held_until=None)

    assert found() == [f"Visit {cancelled.reference} is cancelled without an undo window but kept its slots."]


def test_a_status_nobody_knows_is_noticed(visit):
    run("UPDATE scheduling_appointment SET status = 'lost' WHERE id = %s", visit.pk)

    assert found() == [
        f"Visit {visit.reference} has a status that the transition table does not know.",
        f"Visit {visit.reference} is lost, but its last event left it booked.",
    ]


def test_a_visit_without_its_booking_is_noticed(visit):
    run("UPDATE events_event SET kind = 'appointment.undone' WHERE subject_id = %s", visit.pk)

    assert found() == [
        f"Visit {visit.reference} has no event of its booking.",
        f"The event {Event.objects.get().pk} (appointment.undone) has no audit row.",
    ]


def test_an_event_of_no_visit_is_noticed(visit):
    stray = uuid.uuid4()
    event = Event.objects.create(
        practice_id=visit.practice_id, subject_id=stray, version=1, kind="appointment.booked", at=NOW, due_at=NOW,
        actor_kind="system", door="system",
    )  # fmt: skip

    assert found() == [
        f"The event {event.pk} (appointment.booked) belongs to no visit of its practice.",
        f"The event {event.pk} (appointment.booked) has no audit row.",
    ]


def test_a_missing_audit_row_is_noticed(visit):
    AuditRow.objects.all().delete()

    assert found() == [f"The event {Event.objects.get().pk} (appointment.booked) has no audit row."]


def test_an_idempotency_row_without_its_event_is_noticed(cancelled):
    missing = str(uuid.uuid4())
    IdempotencyRow.objects.update(outcome={"result": "cancelled", "event": missing})

    assert found() == [f"An idempotency row of cancel names the event {missing}, which does not exist."]


def test_a_patient_of_another_practice_is_noticed(visit):
    other = make_cast(name="Oak Street Practice")
    run(
        "UPDATE scheduling_appointment SET patient_id = %s WHERE id = %s",
        Patient.objects.get(practice=other.practice).pk,
        visit.pk,
    )

    assert found() == [f"Visit {visit.reference} points at a patient of another practice."]


def test_the_invariants_ask_no_more_questions_with_more_visits(cast, django_assert_max_num_queries):
    for days in range(3, 9):
        cast.book(days=days)

    with django_assert_max_num_queries(52):
        assert found() == []
    assert Slot.objects.filter(appointment__practitioner_id=F("practitioner_id")).count() == 6
