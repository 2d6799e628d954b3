"""The move pages: times, old and new side by side, the press, and every answer that is not a move."""

import uuid
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ical.calendar_stream import IcsCalendarStream

from freeslot.events.models import Event
from freeslot.practices.models import Policy, Practitioner
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in
from freeslot.scheduling.operations.close import close_day
from freeslot.scheduling.operations.move import move_appointment
from tests.support.cast import Cast, make_cast
from tests.visits.moves import free_slot, look, press_move, value_of
from tests.visits.pages import address, press_cancel, read

pytestmark = pytest.mark.usefixtures("clock")


def live(visit: Appointment) -> Appointment:
    return Appointment.objects.for_pages().get(pk=visit.pk)


def stands(visit: Appointment) -> bool:
    """Whether nothing of the visit has changed, its slots among it."""
    now = live(visit)
    unchanged = (now.starts_at, now.status, now.version, now.moves) == (
        visit.starts_at,
        visit.status,
        visit.version,
        visit.moves,
    )
    return unchanged and now.slots.count() == visit.slot_count


def test_a_visit_is_moved_in_two_presses_and_the_page_says_so_first(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    review = read(look(patient, visit, value_of(slot)))
    assert review.heading == "Move it to this time?"
    assert "Free to cancel until Thu 11 March, 4:00 pm" in review.text
    assert "You can move it again until Fri 12 March, 4:00 pm" in review.text
    assert review.facts == [
        {"ref": visit.reference, "status": "booked", "slot": "2027-03-10T16:00:00-05:00"},
    ]
    answer = patient.post(address(visit, "move/"), review.fields)
    assert (answer.status_code, answer["Location"]) == (303, address(visit, "receipt/"))
    page = read(patient.get(answer["Location"]))
    assert page.heading == "Your visit is moved"
    assert "Moved Wed 3 March, 4:00 pm, by you, on the practice’s portal" in page.text
    assert "(before: Wed 10 March, 4:00 pm)." in page.text
    assert page.facts[0]["slot"] == "2027-03-12T16:00:00-05:00"
    assert Receipt.objects.filter(appointment_id=visit.pk).latest("chain_index").claims.event == "moved"


def test_the_list_takes_four_statements_beside_who_asks_and_for_what(cast: Cast, patient: Client) -> None:
    visit = cast.book()
    with CaptureQueriesContext(connection) as queries:
        assert patient.get(address(visit, "move/")).status_code == 200
    beside = [query for query in queries if "session" not in query["sql"] and "accounts_user" not in query["sql"]]
    assert len(beside) <= 5, "\n".join(query["sql"][:120] for query in beside)


def test_a_read_of_the_list_keeps_nothing(cast: Cast, patient: Client) -> None:
    patient.get(address(cast.book(), "move/"))
    assert not Checkout.objects.exists()


def test_the_new_time_is_kept_while_it_is_looked_at_and_given_back_after(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    review = read(look(patient, visit, value_of(slot)))
    assert "kept for you until 4:10 pm (New York time). 10 minutes left" in review.text
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.HELD
    again = patient.post(address(visit, "move/"), {**review.fields, "another": "1", "note": "still here"})
    assert again.status_code == 303
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.FREE
    assert read(patient.get(again["Location"])).fields["note"] == "still here"


def test_keeping_the_visit_gives_the_new_time_back(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    answer = patient.post(address(visit, "move/"), {**fields, "keep": "1"})
    assert answer["Location"] == address(visit)
    assert Slot.objects.get(pk=slot.pk).status == Slot.Status.FREE
    assert stands(visit)


def test_looking_at_one_time_after_another_keeps_only_the_last(cast: Cast, patient: Client) -> None:
    visit = cast.book()
    slots = [free_slot(cast, days=days) for days in (8, 9, 10, 11)]
    for slot in slots:
        assert look(patient, visit, value_of(slot)).status_code == 200
    held = Slot.objects.filter(status=Slot.Status.HELD)
    assert [slot.pk for slot in held] == [slots[-1].pk]


def test_who_goes_back_to_the_list_finds_the_time_that_is_kept_for_them_and_nobody_else_does(
    cast: Cast, patient: Client, sign_in
) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    look(patient, visit, value_of(slot))
    day, proxy = {"from": f"{slot.starts_at:%Y-%m-%d}"}, sign_in(cast.proxy_user)
    lists = [read(client.get(address(visit, "move/"), day)).choices for client in (patient, proxy)]
    assert [value_of(slot) in each for each in lists] == [True, False]


def test_looking_again_keeps_no_time_for_longer(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    look(patient, visit, value_of(slot))
    later(cast.now + timedelta(minutes=6))
    assert "until 4:10 pm" in read(look(patient, visit, value_of(slot))).text


def test_with_too_many_times_kept_a_move_goes_on_without(cast: Cast, patient: Client, clock) -> None:
    cast.policy.rules = {**cast.policy.rules, "booking": {"most_holds": 1}}
    cast.policy.save()
    visits = [cast.book(), cast.book(days=8)]
    slots = [free_slot(cast, days=9), free_slot(cast, days=10)]
    look(patient, visits[0], value_of(slots[0]))
    review = read(look(patient, visits[1], value_of(slots[1])))
    assert review.heading == "Move it to this time?"
    assert "kept for you" not in review.text
    assert patient.post(address(visits[1], "move/"), review.fields).status_code == 303


def test_the_same_press_twice_is_one_move(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    answers = [patient.post(address(visit, "move/"), fields) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert Event.objects.filter(subject_id=visit.pk, kind="appointment.moved").count() == 1


def test_a_move_ends_the_hold_that_kept_its_time(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    assert not Checkout.objects.live(cast.now).exists()


def test_an_old_press_sent_again_says_how_the_visit_stands_now(cast: Cast, patient: Client) -> None:
    visit, first, second = cast.book(), free_slot(cast, days=9), free_slot(cast, days=10)
    fields = read(look(patient, visit, value_of(first))).fields
    patient.post(address(visit, "move/"), fields)
    press_move(patient, visit, value_of(second))
    answer = patient.post(address(visit, "move/"), fields)
    assert answer.status_code == 303
    assert live(visit).starts_at == second.starts_at


def test_a_second_tab_moves_from_where_the_visit_is(cast: Cast, patient: Client) -> None:
    visit, first, second = cast.book(), free_slot(cast, days=9), free_slot(cast, days=10)
    tabs = [read(look(patient, visit, value_of(slot))).fields for slot in (first, second)]
    assert [patient.post(address(visit, "move/"), fields).status_code for fields in tabs] == [303, 303]
    assert live(visit).starts_at == second.starts_at
    assert Slot.objects.get(pk=first.pk).status == Slot.Status.FREE


def test_a_move_inside_the_late_window_shows_what_it_takes_along(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(days=1), free_slot(cast, days=9)
    later(cast.now + timedelta(minutes=1))
    assert "Moving is free. A cancel after it costs at least $25.00." in read(patient.get(address(visit, "move/"))).text
    review = read(look(patient, visit, value_of(slot)))
    assert "Moving is free. A cancel after it costs at least $25.00" in review.text
    assert "Free cancelling of the time you have now ended Wed 3 March, 4:00 pm" in review.text
    assert review.fields["confirm"] == "2500"
    assert patient.post(address(visit, "move/"), review.fields).status_code == 303
    page = read(patient.get(address(visit, "cancellation/")))
    assert page.facts[0]["fee-minor"] == "2500"
    assert read(press_cancel(patient, visit)).text == ""
    assert live(visit).fee_minor == 2500


def test_a_fee_that_rose_between_list_and_press_is_shown_first(cast: Cast, patient: Client, later) -> None:
    visit, slot = cast.book(days=1), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    assert fields["confirm"] == "0"
    later(cast.now + timedelta(minutes=1))
    answer = patient.post(address(visit, "move/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (409, "Your visit is still booked")
    assert "would now cost at least $25.00" in page.text
    assert stands(visit)
    assert page.fields["confirm"] == "2500"
    assert patient.post(address(visit, "move/"), page.fields).status_code == 303


def test_a_press_without_a_fee_is_a_look(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    answer = patient.post(address(visit, "move/"), {"time": value_of(slot)})
    assert (answer.status_code, read(answer).heading) == (200, "Move it to this time?")
    assert stands(visit)


def test_a_time_that_was_taken_meanwhile_brings_the_nearest_others_and_keeps_what_was_written(
    cast: Cast, patient: Client, later
) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    cast.now += timedelta(minutes=11)
    later(cast.now)
    cast.book(slots=[slot])
    answer = patient.post(address(visit, "move/"), {**fields, "note": "by bus"})
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert "That time is not open any more. Nothing was changed." in page.text
    assert "The nearest other times" in page.text
    assert page.choices[0].startswith("2027-03-12T14:40:00-05:00")
    assert page.fields["note"] == "by bus"
    assert stands(visit)


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
    assert "Move" not in [words for _, words in read(patient.get(address(visit))).links]


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


def test_newer_rules_stand_beside_those_that_the_visit_keeps(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    assert "The practice’s rules today" not in read(look(patient, visit, value_of(slot))).text
    newer = {"steps": [{"after": {"minutes_before": 4320}, "fee": {"minor": 9900}}]}
    Policy.objects.create(practice=cast.practice, version=2, valid_from=cast.now - timedelta(days=1), rules=newer)
    page = read(look(patient, visit, value_of(slot)))
    assert "The practice’s rules today" in page.text
    assert "$99.00" in page.text
    patient.post(address(visit, "move/"), page.fields)
    assert live(visit).policy_id == visit.policy_id


def test_old_and_new_of_a_visit_by_video_name_no_place(cast: Cast, patient: Client) -> None:
    cast.visit_type.by_video = True
    cast.visit_type.save()
    visit, slot = cast.book(), free_slot(cast, days=9)
    text = read(look(patient, visit, value_of(slot))).text
    assert text.count("By video") == 2
    assert cast.location.address not in text


def test_another_visit_at_the_new_time_is_warned_of(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    other = cast.book(days=12)
    Appointment.objects.filter(pk=other.pk).update(starts_at=slot.starts_at, ends_at=slot.ends_at)
    assert "You have another visit at that time." in read(look(patient, visit, value_of(slot))).text


def test_strangers_read_nothing_and_keep_nothing(cast: Cast, sign_in) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    stranger = sign_in(cast.stranger_user)
    assert stranger.get(address(visit, "move/")).status_code == 404
    for form in ({"look": "1"}, {"confirm": "0", "key": "k"}, {"keep": "1"}, {"another": "1"}):
        assert stranger.post(address(visit, "move/"), {"time": value_of(slot), **form}).status_code == 404
    assert not Checkout.objects.exists()
    assert stands(visit)


def test_what_was_typed_is_kept_for_who_must_sign_in_first(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    fields = read(look(patient, visit, value_of(slot))).fields
    nobody = Client()
    answer = nobody.post(address(visit, "move/"), {**fields, "note": "typed"})
    assert answer.status_code == 303
    nobody.force_login(cast.patient_user)
    page = read(nobody.get(address(visit, "move/")))
    assert page.fields["note"] == "typed"
    assert stands(visit)


def test_who_moved_it_when_and_by_which_door_stands_on_the_visits_page(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    assert "Moved" not in read(patient.get(address(visit))).text
    move_appointment(
        ref=visit.reference,
        slot_ids=[slot.pk],
        actor=cast.staff,
        door=Door.DESK,
        accepted_fee=0,
        idempotency_key="",
        now=cast.now,
    )
    text = read(patient.get(address(visit))).text
    assert (
        "Moved Wed 3 March, 4:00 pm, by the practice, at the practice’s desk (before: Wed 10 March, 4:00 pm)." in text
    )


def test_the_calendar_file_keeps_its_uid_and_raises_its_sequence(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    text = patient.get(address(visit, "visit.ics")).content.decode()
    (event,) = IcsCalendarStream.calendar_from_ics(text).events
    assert (event.uid, event.sequence, event.dtstart) == (visit.ical_uid, 1, slot.starts_at)


def test_after_an_undo_the_result_is_no_move_any_more(cast: Cast, patient: Client) -> None:
    visit, slot = cast.book(), free_slot(cast, days=9)
    press_move(patient, visit, value_of(slot))
    press_cancel(patient, visit)
    patient.post(address(visit, "undo/"))
    page = read(patient.get(address(visit, "receipt/")))
    assert page.heading == "Your visit is booked"
    assert "taken back" in page.text


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
