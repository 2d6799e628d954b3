"""The cancel page: what it shows before the press, and each outcome of it."""

from datetime import timedelta

from freeslot.events.models import Event
from freeslot.receipts.models import Receipt
from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.cancel import cancel_appointment
from freeslot.scheduling.operations.check_in import check_in, mark_no_show
from tests.support.cast import make_cast
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import live


def test_the_page_states_the_verdict_and_the_facts_of_the_visit(cast, patient):
    visit = cast.book()
    page = read(patient.get(address(visit, "cancellation/")))
    assert page.heading == "Cancel this visit?"
    assert page.facts == [
        {
            "ref": visit.reference,
            "status": "booked",
            "slot": "2027-03-10T16:00:00-05:00",
            "verdict": "allowed",
            "fee-minor": "0",
            "currency": "USD",
            "deadline": "2027-03-09T16:00:00-05:00",
        }
    ]
    assert "for Maria" in page.text
    assert "Free to cancel until Tue 9 March, 4:00 pm" in page.text
    assert page.buttons[-1] == "Cancel this visit"


def test_the_ways_on_stand_in_one_order(cast, patient):
    visit = cast.book()
    text = read(patient.get(address(visit, "cancellation/"))).text
    at = [text.index(words) for words in ("Cancel this visit Move", "Move it to another time", "Keep it as it is")]
    assert at == sorted(at)


def test_no_deadline_is_shown_where_no_fee_can_arise(clock, db, sign_in):
    cast = make_cast(rules={})
    visit = cast.book()
    facts = read(sign_in(cast.patient_user).get(address(visit, "cancellation/"))).facts[0]
    assert "deadline" not in facts
    assert (facts["verdict"], facts["fee-minor"]) == ("allowed", "0")


def test_a_press_in_time_cancels_and_shows_the_receipt(cast, patient):
    visit = cast.book()
    answer = press_cancel(patient, visit)
    assert (answer.status_code, answer.headers["Location"]) == (303, address(visit, "receipt/"))
    page = read(patient.get(answer.headers["Location"]))
    assert page.heading == "Your visit is cancelled"
    assert "No fee." in page.text
    assert Receipt.objects.latest("chain_index").number in page.text
    assert (live(visit).status, live(visit).cancelled_door) == ("cancelled", "portal")


def test_a_late_press_accepts_the_fee_it_was_shown(cast, patient):
    visit = cast.book(days=0)
    page = read(patient.get(address(visit, "cancellation/")))
    assert page.buttons[-1] == "Cancel and accept the $25.00 fee"
    assert (page.facts[0]["verdict"], page.fields["confirm"]) == ("late", "2500")
    assert press_cancel(patient, visit).status_code == 303
    assert (live(visit).fee_minor, live(visit).fee_state) == (2500, "decided")


def test_a_review_can_be_asked_for_with_the_late_press(cast, patient):
    visit = cast.book(days=0)
    press_cancel(patient, visit, review="emergency")
    assert live(visit).fee_state == "in_review"
    assert Event.objects.latest("version").data["review_why"] == "emergency"
    assert "The practice will review the fee of $25.00." in read(patient.get(address(visit, "receipt/"))).text


def test_a_fee_that_rose_between_page_and_press_changes_nothing_and_is_shown(cast, patient, later):
    visit = cast.book(days=1)
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    later(cast.now + timedelta(seconds=1))
    answer = patient.post(address(visit, "cancellation/"), {**fields, "note": "kept"})
    page = read(answer)
    assert answer.status_code == 409
    assert page.heading == "Your visit is still booked"
    assert "The fee is now $25.00." in page.text
    assert (page.fields["confirm"], page.fields["note"]) == ("2500", "kept")
    assert live(visit).status == "booked"


def test_the_last_second_of_the_free_time_is_free(cast, patient):
    visit = cast.book(days=1)
    assert visit.starts_at - cast.now == timedelta(hours=24)
    press_cancel(patient, visit)
    assert (live(visit).status, live(visit).fee_minor) == ("cancelled", 0)


def test_where_cancelling_online_is_over_the_practice_is_told(clock, db, sign_in):
    cast = make_cast(rules={"tell_after": {"minutes_before": 2880}})
    visit = cast.book(days=1)
    client = sign_in(cast.patient_user)
    page = read(client.get(address(visit, "cancellation/")))
    assert page.buttons[-1] == "Tell the practice I am not coming"
    assert page.facts[0]["verdict"] == "refused"
    answer = press_cancel(client, visit)
    assert answer.status_code == 303
    told = read(client.get(answer.headers["Location"]))
    assert told.heading == "Your visit is still booked. We told the practice at 4:00 pm."
    assert live(visit).status == "booked"
    for page in ("", "cancellation/"):
        again = read(client.get(address(visit, page)))
        assert "We told the practice at 4:00 pm." in again.text
        assert "Tell the practice I am not coming" not in again.buttons
        assert (address(visit, "cancellation/"), "Cancel this visit") not in again.links


def test_a_practice_told_on_an_earlier_day_names_the_day(clock, db, sign_in, later):
    cast = make_cast(rules={"tell_after": {"minutes_before": 2880}})
    visit = cast.book(days=1)
    client = sign_in(cast.patient_user)
    press_cancel(client, visit)
    later(cast.now + timedelta(hours=12))
    heading = read(sign_in(cast.patient_user).get(address(visit, "receipt/"))).heading
    assert heading == "Your visit is still booked. We told the practice on Wed 3 March, 4:00 pm (New York time)."


def test_the_panel_names_the_zone_of_its_times(cast, patient):
    text = read(patient.get(address(cast.book(days=0), "cancellation/"))).text
    assert "Free cancelling ended" in text
    assert text.count("New York time") == 2  # the card's and the panel's


def test_a_visit_that_is_over_stays_as_it_was(cast, patient, later):
    visit = cast.book(days=0)
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    later(visit.starts_at)
    mark_no_show(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=visit.starts_at)
    assert read(patient.get(address(visit, "cancellation/"))).heading == "This visit is over"
    answer = patient.post(address(visit, "cancellation/"), fields)
    assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked as it was")
    assert "It cannot be cancelled any more" in read(answer).text


def test_a_visit_that_has_begun_stays(cast, patient, later):
    visit = cast.book(days=0)
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    later(visit.starts_at)
    answer = patient.post(address(visit, "cancellation/"), fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visit is still booked")
    assert "This visit has already started" in page.text
    assert "(212) 555-0142" in page.text
    assert page.facts[0]["verdict"] == "refused"


def test_a_visit_that_was_checked_in_stays(cast, patient):
    visit = cast.book(days=0)
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    check_in(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now)
    answer = patient.post(address(visit, "cancellation/"), fields)
    assert (answer.status_code, read(answer).heading) == (422, "Your visit is still booked")
    assert "You are already checked in" in read(answer).text


def test_a_visit_cancelled_meanwhile_is_shown_as_it_stands(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    cancel_appointment(
        ref=visit.reference, actor=cast.proxy, door=Door.PORTAL, reason="", note="", accepted_fee=0,
        idempotency_key="other", now=cast.now,
    )  # fmt: skip
    answer = patient.post(address(visit, "cancellation/"), fields)
    assert answer.status_code == 303
    assert read(patient.get(answer.headers["Location"])).heading == "Your visit is cancelled"
    page = read(patient.get(address(visit, "cancellation/")))
    assert page.heading == "This visit is already cancelled"
    assert (address(visit, "receipt/"), "See the receipt") in page.links


def test_a_double_click_is_one_cancel(cast, patient):
    visit = cast.book()
    fields = read(patient.get(address(visit, "cancellation/"))).fields
    answers = [patient.post(address(visit, "cancellation/"), fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 1
    assert Receipt.objects.filter(event__kind="appointment.cancelled").count() == 1


def test_a_press_in_a_second_tab_finds_it_done(cast, patient):
    visit = cast.book()
    tabs = [read(patient.get(address(visit, "cancellation/"))).fields for _ in range(2)]
    assert tabs[0]["key"] != tabs[1]["key"]
    answers = [patient.post(address(visit, "cancellation/"), fields) for fields in tabs]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 1


def test_a_clock_set_back_neither_cancels_twice_nor_brings_a_fee_back(cast, patient, later):
    visit = cast.book(days=0)
    press_cancel(patient, visit)
    later(cast.now - timedelta(days=3))
    assert read(patient.get(address(visit, "receipt/"))).heading == "Your visit is cancelled"
    assert read(patient.get(address(visit, "cancellation/"))).heading == "This visit is already cancelled"
    assert live(visit).fee_minor == 2500


def test_a_visit_that_is_over_says_so_once(cast, patient, later):
    visit = cast.book(days=0)
    later(visit.starts_at)
    mark_no_show(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=visit.starts_at)
    text = read(patient.get(address(visit, "cancellation/"))).text
    assert text.count("This visit is over") == 2  # the title and the heading


def test_where_the_rule_by_phone_differs_both_are_shown(clock, db, sign_in):
    steps = [{"after": {"minutes_before": 2880}, "fee": {"minor": 2500}}]
    by_phone = [{"after": {"minutes_before": 60}, "fee": {"minor": 1000}}]
    cast = make_cast(rules={"steps": steps, "phone_steps": by_phone})
    visit = cast.book()
    text = read(sign_in(cast.patient_user).get(address(visit, "cancellation/"))).text
    assert "Free to cancel until Mon 8 March, 4:00 pm" in text
    assert "By phone, cancelling is free until Wed 10 March, 3:00 pm (New York time), then the fee is $10.00." in text


def test_what_else_is_lost_and_the_rules_as_booked_are_on_the_page(clock, db, sign_in):
    cast = make_cast(rules={"also_lost": {"en": "Your referral place."}, "undo_minutes": 15})
    visit = cast.book()
    text = read(sign_in(cast.patient_user).get(address(visit, "cancellation/"))).text
    for words in (
        "What else you would lose Your referral place.",
        "You can undo for 15 minutes.",
        "The rules you booked under",
    ):
        assert words in text


def test_on_the_page_of_a_visit_the_press_says_what_the_next_page_does(clock, db, sign_in):
    cast = make_cast(rules={"tell_after": {"minutes_before": 2880}})
    near, far = cast.book(days=1), cast.book(days=10)
    client = sign_in(cast.patient_user)
    links = [words for _, words in read(client.get(address(near))).links]
    assert ("Tell the practice I am not coming" in links, "Move it to another time" in links) == (True, False)
    links = [words for _, words in read(client.get(address(far))).links]
    assert ("Cancel this visit" in links, "Move it to another time" in links) == (True, True)
