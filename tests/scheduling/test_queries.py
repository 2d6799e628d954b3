"""Visits that could be taken for one another."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.patients.models import Grant
from freeslot.practices.models import Practitioner
from freeslot.scheduling.models import Appointment, IdempotencyRow
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.queries import NEAR, WEEK, has_another_that_week, visits_alike
from tests.scheduling.acts import cancel
from tests.support.cast import Cast, make_cast, make_patient


def alike(cast: Cast, visit: Appointment, **changes: Any) -> list[Appointment]:
    return visits_alike(visit, changes.get("actor", cast.patient_actor), changes.get("now", cast.now))


def test_visits_near_each_other_with_the_same_practitioner_are_alike(cast: Cast):
    visit, near = cast.book(days=4), cast.book(days=5)
    far = cast.book(days=12)
    assert alike(cast, visit) == [near]
    assert alike(cast, near) == [visit]
    assert alike(cast, far) == []


def test_the_distance_itself_is_far_enough(cast: Cast):
    visit = cast.book(days=1)
    other = cast.slots_from(visit.starts_at + NEAR)[0]
    cast.book(slots=[other])
    assert alike(cast, visit) == []
    nearer = cast.book(slots=cast.slots_from(visit.starts_at + NEAR - timedelta(minutes=20)))
    assert alike(cast, visit) == [nearer]


def test_what_is_cancelled_past_or_with_someone_else_is_not_alike(cast: Cast):
    visit = cast.book(days=4)
    cancelled, other = cast.book(days=5), cast.book(days=6)
    cancel(cast, cancelled.reference)
    colleague = Practitioner.objects.create(practice=cast.practice, name="Dr. Lin")
    Appointment.objects.filter(pk=other.pk).update(practitioner=colleague)
    assert alike(cast, visit) == []
    assert alike(cast, cancelled, now=visit.starts_at) == []


def test_it_counts_every_patient_one_acts_for_and_nobody_elses(cast: Cast):
    child = make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=child, scope=Grant.Scope.CARER)
    visit, slot = cast.book(days=4), cast.slots_from(cast.now + timedelta(days=5))[0]
    booked = book_appointment(
        patient=child, visit_type=cast.visit_type, slot_ids=[slot.pk], actor=cast.patient_actor, door="portal",
        now=cast.now,
    )  # fmt: skip
    assert [each.reference for each in alike(cast, visit)] == [booked.reference]
    assert alike(cast, visit, actor=cast.proxy) == []


@pytest.mark.django_db
def test_a_key_has_a_name_for_the_log():
    cast = make_cast(weeks=1)
    cancel(cast, cast.book(days=1).reference, idempotency_key="k")
    assert str(IdempotencyRow.objects.get()) == "cancel k"


def test_a_visit_comes_with_all_that_its_page_shows_in_one_statement(cast: Cast, django_assert_num_queries):
    cast.book()
    with django_assert_num_queries(1):
        (visit,) = Appointment.objects.visible_to(cast.patient_actor, cast.now).live().for_pages()
        assert [visit.practice, visit.policy, visit.patient, visit.practitioner, visit.location, visit.visit_type] == [
            cast.practice, cast.policy, cast.patient, cast.practitioner, cast.location, cast.visit_type,
        ]  # fmt: skip


def test_another_visit_of_the_patient_that_week_is_known_whoever_asks(cast: Cast):
    visit = cast.book(days=3)
    assert not has_another_that_week(visit, cast.now)
    other = cast.book(slots=cast.slots_from(visit.starts_at + WEEK - timedelta(minutes=20)))
    assert has_another_that_week(visit, cast.now)
    assert has_another_that_week(other, cast.now)


def test_a_week_away_is_another_week(cast: Cast):
    visit = cast.book(days=3)
    cast.book(slots=cast.slots_from(visit.starts_at + WEEK)[:1])
    assert not has_another_that_week(visit, cast.now)


def test_what_is_over_cancelled_or_somebody_elses_is_not_another(cast: Cast):
    visit, cancelled = cast.book(days=3), cast.book(days=4)
    cancel(cast, cancelled.reference)
    maria, cast.patient = cast.patient, make_patient(cast.practice, given_name="Sam")
    Grant.objects.create(user=cast.patient_user, patient=cast.patient, scope=Grant.Scope.PARENT)
    cast.book(days=5)
    assert visit.patient_id == maria.pk
    assert not has_another_that_week(visit, cast.now)
    assert not has_another_that_week(cancelled, visit.starts_at + timedelta(seconds=1))
