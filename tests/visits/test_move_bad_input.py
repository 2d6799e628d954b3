"""What is no move: times that cannot be had, visits that cannot be moved, and who may not move them."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client

from freeslot.practices.models import Practitioner
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.close import close_day
from tests.support.cast import Cast, make_cast
from tests.visits.moves import free_slot, look, press_move, value_of
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import live, stands

pytestmark = pytest.mark.usefixtures("clock")


def other_practitioner(cast: Cast) -> str:
    other = make_cast(now=cast.now)
    return value_of(free_slot(other, days=9))


def not_giving(cast: Cast) -> str:
    slot = free_slot(cast, days=9)
    cast.visit_type.practitioners.clear()
    return value_of(slot)


def closed(cast: Cast) -> str:
    slot = free_slot(cast, days=9)
    close_day(practice=cast.practice, day=date(2027, 3, 12), now=cast.now)
    return value_of(slot)


def too_long(cast: Cast) -> str:
    slot, after = cast.slots_from(cast.now + timedelta(days=9), 2)
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    cast.schedule.slots.filter(pk=after.pk).delete()
    return value_of(slot)


def ruled(cast: Cast, **booking: int) -> str:
    cast.policy.rules = {**cast.policy.rules, "booking": booking}
    cast.policy.save()
    return value_of(free_slot(cast, days=9))


def at(cast: Cast, moment: str, who: object = None) -> str:
    return f"{moment}~{who or cast.practitioner.pk}"


BAD = {
    "nothing": (lambda _: "", "Pick one of the times in the list."),
    "no_time": (lambda _: "soon", "That is none of the times that were offered."),
    "no_offset": (lambda cast: at(cast, "2027-03-12T16:00:00"), "That is none of the times that were offered."),
    "skipped_hour": (lambda cast: at(cast, "2027-03-14T02:20:00-05:00"), "There is no such time that night"),
    "first_instant": (lambda cast: at(cast, "0001-01-01T00:00:00+00:00"), "none of the times that were offered."),
    "last_instant": (lambda cast: at(cast, "9999-12-31T23:59:59+00:00"), "none of the times that were offered."),
    "past": (lambda cast: at(cast, "2027-03-01T16:00:00-05:00"), "That time is over."),
    "nobody": (lambda cast: at(cast, "2027-03-12T16:00:00-05:00", uuid.uuid4()), "The practice has no visits at that"),
    "no_slot": (lambda cast: at(cast, "2027-03-12T16:07:00-05:00"), "The practice has no visits at that time."),
    "too_soon": (lambda cast: ruled(cast, notice_minutes=60 * 24 * 20), "That time is too soon"),
    "too_far": (lambda cast: ruled(cast, horizon_days=5), "further ahead than the practice plans"),
    "full": (lambda cast: ruled(cast, most_per_day=1) if cast.book(days=9) else "", "That day is full."),
    "other_practice": (other_practitioner, "That time is at another practice."),
    "not_given": (not_giving, "Nobody gives this kind of visit at that time."),
    "closed": (closed, "The practice has no visits at that time."),
    "length": (too_long, "There is not enough time then for this visit."),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_time_that_cannot_be_had_leaves_the_visit_and_says_why(cast: Cast, patient: Client, bad: str) -> None:
    visit = cast.book()
    make, words = BAD[bad]
    time = make(cast)
    for press in ({"look": "1"}, {"confirm": "0", "key": "k"}):
        answer = patient.post(address(visit, "move/"), {"time": time, "note": "kept", **press})
        page = read(answer)
        assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
        assert words in page.text
        assert "(212) 555-0142" in page.text
        assert page.fields["note"] == "kept"
        assert stands(visit)


@pytest.mark.parametrize("bad", ["closed", "length", "not_given", "too_soon", "full"])
def test_a_time_that_goes_after_the_look_leaves_the_visit_and_leads_to_others(
    cast: Cast, patient: Client, bad: str
) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    make, words = BAD[bad]
    make(cast)
    answer = patient.post(address(visit, "move/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert words in page.text
    assert stands(visit)
    assert "(212) 555-0142" in page.text


def test_a_visit_that_is_checked_in_after_the_look_stays(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    checked_in(cast, patient, visit)
    arrived = live(visit)
    answer = patient.post(address(visit, "move/"), fields)
    assert (answer.status_code, "You are checked in" in read(answer).text) == (422, True)
    assert stands(arrived)


def test_a_move_to_the_time_it_has_already_changes_nothing(cast: Cast, patient: Client) -> None:
    visit = cast.book()
    own = at(cast, "2027-03-10T16:00:00-05:00")
    looked = look(patient, visit, own)
    assert (looked.status_code, "the time your visit has already" in read(looked).text) == (422, True)
    assert patient.post(address(visit, "move/"), {"time": own, "confirm": "0", "key": "k"}).status_code == 303
    assert stands(visit)


def test_a_move_that_must_stay_with_its_practitioner_is_not_made_to_another(clock, sign_in, db) -> None:
    cast = make_cast(rules={"move": {"elsewhere": []}})
    visit = cast.book()
    other = make_cast()
    Slot.objects.filter(schedule=other.schedule).update(practice=cast.practice)
    other.practitioner.practice = cast.practice
    other.practitioner.save()
    cast.visit_type.practitioners.add(Practitioner.objects.get(pk=other.practitioner.pk))
    patient = sign_in(cast.patient_user)
    answer = patient.post(address(visit, "move/"), {"time": value_of(free_slot(other, days=9)), "look": "1"})
    assert answer.status_code == 422
    assert "changes the practitioner or the place only by phone" in read(answer).text
    assert stands(visit)


def told(cast: Cast, patient: Client, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(told_at=cast.now)


def cancelled(cast: Cast, patient: Client, visit: Appointment) -> None:
    press_cancel(patient, visit)


def checked_in(cast: Cast, patient: Client, visit: Appointment) -> None:
    check_in(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)


def moved_twice(cast: Cast, patient: Client, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(moves=2)


def begun(cast: Cast, patient: Client, visit: Appointment) -> None:
    start = cast.now - timedelta(minutes=5)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=start, ends_at=start + timedelta(minutes=20))


def late(cast: Cast, patient: Client, visit: Appointment) -> None:
    start = cast.now + timedelta(minutes=115)
    Appointment.objects.filter(pk=visit.pk).update(starts_at=start, ends_at=start + timedelta(minutes=20))


REFUSED = {
    told: ("Your visit is still booked", "The practice knows that you are not coming"),
    cancelled: ("This visit is already cancelled", "A visit that is cancelled cannot be moved."),
    checked_in: ("Your visit is still booked", "You are checked in"),
    moved_twice: ("Your visit is still booked", "as often as this practice allows online"),
    begun: ("Your visit is still booked", "It has started"),
    late: ("Your visit is still booked", "It could be moved online until Wed 3 March, 3:55 pm (New York time)."),
}


@pytest.mark.parametrize("happened", REFUSED, ids=lambda each: each.__name__)
def test_a_visit_that_cannot_be_moved_says_how_it_stands_and_whom_to_call(db, clock, sign_in, happened) -> None:
    cast = make_cast(rules={"move": {"until": {"minutes_before": 120}, "most": 2}})
    visit, slot, patient = cast.book(), free_slot(cast, days=9), sign_in(cast.patient_user)
    happened(cast, patient, visit)
    as_it_is = live(visit)
    heading, why = REFUSED[happened]
    presses = [{"time": value_of(slot), "look": "1"}, {"time": value_of(slot), "confirm": "0", "key": "k"}]
    answers = [patient.get(address(visit, "move/")), *(patient.post(address(visit, "move/"), each) for each in presses)]
    assert [answer.status_code for answer in answers] == [200, 422, 422]
    for answer in answers:
        page = read(answer)
        assert page.heading == heading
        assert why in page.text
        assert "(212) 555-0142" in page.text
        assert "open until 5 pm" in page.text
        assert ("Book it again" in [words for _, words in page.links]) == (happened is cancelled)
    assert live(visit).version == as_it_is.version
    own = read(patient.get(address(visit)))
    assert "Move it to another time" not in [words for _, words in own.links]
    assert (why in own.text) == (happened in {moved_twice, late})


def test_a_reason_is_asked_as_the_practice_wants_it(db, clock, sign_in) -> None:
    cast = make_cast(rules={"move": {"reason": "required"}})
    patient, visit, slot = sign_in(cast.patient_user), cast.book(), free_slot(cast, days=9)
    for reason, problem in (("", "Choose why you are moving it."), ("no-such", "Choose one of the reasons")):
        answer = press_move(patient, visit, value_of(slot), reason=reason)
        assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked")
        assert problem in read(answer).text
        assert stands(visit)
    assert press_move(patient, visit, value_of(slot), reason="other").status_code == 303
    assert live(visit).move_reason == "other"


def test_strangers_read_nothing_and_keep_nothing(cast: Cast, sign_in) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    stranger = sign_in(cast.stranger_user)
    assert stranger.get(address(visit, "move/")).status_code == 404
    for form in ({"look": "1"}, {"confirm": "0", "key": "k"}, {"keep": "1"}, {"another": "1"}):
        assert stranger.post(address(visit, "move/"), {"time": value_of(slot), **form}).status_code == 404
    assert not Checkout.objects.exists()
    assert stands(visit)


def test_what_the_practice_cancelled_meanwhile_is_not_moved(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    cancel_appointment(
        ref=visit.reference,
        actor=cast.staff,
        door=Door.DESK,
        reason="",
        note="",
        accepted_fee=0,
        idempotency_key="",
        now=cast.now,
    )
    answer = patient.post(address(visit, "move/"), fields)
    assert (answer.status_code, read(answer).heading) == (422, "This visit is already cancelled")
