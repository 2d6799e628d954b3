"""Several visits cancelled together: one sum, one press, and one transaction, receipt and message for each visit."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from freeslot.events.models import Event
from freeslot.events.outbox import handle_due_events
from freeslot.messages.models import Message
from freeslot.patients.models import Grant
from freeslot.practices.models import Policy
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.models import Receipt
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.check_in import check_in
from tests.support.cast import make_cast
from tests.visits.household import (
    TOGETHER,
    book_for,
    child_of,
    fields_of,
    look_at,
    press_together,
)
from tests.visits.pages import address, press_cancel, read
from tests.visits.standing import statuses
from tests.visits.test_outages import failing, failing_commit
from tests.visits.test_statements import statements

FEE = {"steps": [{"after": {"minutes_before": 60 * 24 * 365}, "fee": {"minor": 2500}}]}
BROKEN = OperationalError("database is locked")


@pytest.fixture
def child(cast):
    return child_of(cast, is_granted=True)


@pytest.fixture
def pair(cast, child):
    """The mother's visit and the child's."""
    return cast.book(days=5), book_for(cast, child, days=6)


@pytest.fixture
def late_pair(cast, child):
    Policy.objects.filter(pk=cast.policy.pk).update(rules=FEE)
    return cast.book(days=5), book_for(cast, child, days=6)


def test_the_choice_shows_each_visit_with_its_verdict_and_ticks_the_one_one_comes_from(patient, pair):
    mine, theirs = pair
    page = patient.get(f"{TOGETHER}?with={theirs.reference}")
    text = page.content.decode()
    assert [fact["ref"] for fact in read(page).facts] == [mine.reference, theirs.reference]
    assert [fact["verdict"] for fact in read(page).facts] == ["allowed", "allowed"]
    assert f'value="{theirs.reference}" checked>' in text
    assert f'value="{mine.reference}">' in text
    assert "for Maria" in text
    assert "for Sam" in text


def test_fees_are_summed_before_the_press_and_the_press_names_the_sum(patient, late_pair):
    page = read(look_at(patient, *late_pair))
    assert page.heading == "Cancel these 2 visits?"
    assert "Fees in all: $50.00" in page.text
    assert "Cancel 2 visits and accept fees of $50.00" in page.buttons
    assert statuses(*late_pair) == ["booked", "booked"]


def test_one_press_leaves_one_event_receipt_charge_and_message_for_each_visit(cast, patient, late_pair):
    answer = press_together(patient, *late_pair)
    done = "&".join(f"done={visit.reference}" for visit in late_pair)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{TOGETHER}?{done}")
    while handle_due_events(now=cast.now):
        pass
    for visit in late_pair:
        event = Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")
        assert Receipt.objects.get(event=event).claims.event == "cancelled"
        assert Message.objects.filter(event_id=event.pk).count() == 1
        assert Appointment.objects.get(pk=visit.pk).fee_minor == 2500


def test_the_result_says_of_each_visit_what_became_of_it_with_undo_and_receipt(patient, late_pair):
    page = read(patient.get(press_together(patient, *late_pair).headers["Location"]))
    assert page.heading == "Your visits are cancelled"
    assert "Fees in all: $50.00." in page.text
    assert [fact["status"] for fact in page.facts] == ["cancelled", "cancelled"]
    assert len([button for button in page.buttons if button.startswith("Undo the cancel of the visit on")]) == 2
    for visit in late_pair:
        number = Receipt.objects.filter(appointment_id=visit.pk).latest("chain_index").number
        assert any(href == address(visit, "receipt/") and number in words for href, words in page.links)


def test_one_may_be_undone_by_itself_and_the_result_then_tells_the_live_state(patient, pair):
    result = press_together(patient, *pair).headers["Location"]
    assert patient.post(address(pair[0], "undo/")).status_code == 303
    assert read(patient.get(result)).heading == "1 of your 2 visits is cancelled"
    assert patient.post(address(pair[1], "undo/")).status_code == 303
    assert read(patient.get(result)).heading == "Your visits are still booked"


def test_free_visits_say_so(patient, pair):
    page = read(look_at(patient, *pair))
    assert "No fees" in page.text
    assert "Cancel 2 visits" in page.buttons


def test_a_fee_that_rose_changes_nothing_at_all(cast, patient, child, later):
    soon, far = cast.book(days=1), book_for(cast, child, days=9)
    fields = fields_of(read(look_at(patient, soon, far)), soon, far)
    later(cast.now + timedelta(minutes=20))
    answer = patient.post(TOGETHER, fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (409, "Your visits are still booked")
    assert "The fee is now $25.00. It is not the one you saw." in page.text
    assert "Cancel 2 visits and accept fees of $25.00" in page.buttons
    assert statuses(soon, far) == ["booked", "booked"]
    assert patient.post(TOGETHER, fields_of(page, soon, far)).status_code == 303
    assert statuses(soon, far) == ["cancelled", "cancelled"]


def test_one_that_is_refused_changes_nothing_at_all(cast, patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    check_in(ref=pair[1].reference, actor=cast.staff, door="desk", now=cast.now)
    answer = patient.post(TOGETHER, fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (422, "Your visits are still booked")
    assert "You are already checked in." in page.text
    assert "Cancel 1 visit" in page.buttons
    assert statuses(*pair) == ["booked", "arrived"]


def test_a_second_press_changes_nothing_more(patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    first, second = patient.post(TOGETHER, fields), patient.post(TOGETHER, fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 2


def test_a_press_of_an_old_page_after_an_undo_cancels_nothing(patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    patient.post(TOGETHER, fields)
    patient.post(address(pair[0], "undo/"))
    assert read(patient.get(patient.post(TOGETHER, fields).headers["Location"])).heading.startswith("1 of your 2")
    assert statuses(*pair) == ["booked", "cancelled"]


def test_one_that_somebody_cancelled_already_does_not_keep_the_others(patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    press_cancel(patient, pair[0], which=pair[0].reference)
    assert patient.post(TOGETHER, fields).status_code == 303
    assert statuses(*pair) == ["cancelled", "cancelled"]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 2


def test_a_strangers_visit_in_the_form_is_404_for_all_and_changes_nothing(cast, patient, pair):
    theirs = make_cast(weeks=2).book()
    foreign = [theirs.reference, "FS-0000-0000", "nonsense"]
    for ref in foreign:
        form = {"visit": [pair[0].reference, ref], f"{pair[0].reference}-confirm": "0", f"{ref}-confirm": "0"}
        answer = patient.post(TOGETHER, form)
        assert answer.status_code == 404
        assert theirs.practice.name not in answer.content.decode()
        assert patient.post(TOGETHER, form | {"look": "1"}).status_code == 404
        assert patient.get(TOGETHER, {"with": ref}).status_code == 404
        assert patient.get(TOGETHER, {"done": [pair[0].reference, ref]}).status_code == 404
    assert statuses(*pair, theirs) == ["booked"] * 3


def test_visits_of_another_practice_are_named_with_it_and_their_currency_has_a_sum_of_its_own(cast, patient, late_pair):
    abroad = make_cast(name="Praxis am See", zone="Europe/Berlin", country="DE", currency="EUR", rules=FEE, weeks=2)
    Grant.objects.create(user=cast.patient_user, patient=abroad.patient, scope=Grant.Scope.SELF)
    visit = abroad.book(days=5)
    page = read(look_at(patient, late_pair[0], visit))
    assert "Fees in all: €25.00 and $25.00" in page.text
    assert "Praxis am See" in page.text
    assert press_together(patient, late_pair[0], visit).status_code == 303
    practices = {event.practice_id for event in Event.objects.filter(kind="appointment.cancelled")}
    assert practices == {cast.practice.pk, abroad.practice.pk}


def test_beside_a_visit_stand_those_of_its_practice_and_those_of_its_week(cast, patient):
    other = make_cast(name="Oak Street Practice", weeks=4)
    Grant.objects.create(user=cast.patient_user, patient=other.patient, scope=Grant.Scope.SELF)
    here, later_here = cast.book(days=2), cast.book(days=14)
    near, far = other.book(days=5), other.book(days=20)
    beside = {fact["ref"] for fact in read(patient.get(TOGETHER, {"with": here.reference})).facts}
    assert beside == {here.reference, later_here.reference, near.reference}
    assert far.reference in {fact["ref"] for fact in read(patient.get(TOGETHER)).facts}


def test_what_cannot_be_cancelled_online_is_named_apart_and_has_no_box(cast, patient, pair):
    check_in(ref=pair[1].reference, actor=cast.staff, door="desk", now=cast.now)
    page = patient.get(TOGETHER, {"with": pair[1].reference})
    assert f'value="{pair[0].reference}"' in page.content.decode()
    assert [fact["ref"] for fact in read(page).facts] == [pair[0].reference]


def test_nothing_picked_asks_to_pick(patient, pair):
    answer = patient.post(TOGETHER, {"look": "1", "with": pair[0].reference})
    assert answer.status_code == 422
    assert "Pick at least one visit." in read(answer).text
    assert f'value="{pair[0].reference}" checked>' in answer.content.decode()


def test_more_than_a_page_can_hold_is_no_press_of_ours(cast, patient):
    visits = [cast.book(days=2) for _ in range(21)]
    answer = patient.post(TOGETHER, {"visit": [visit.reference for visit in visits]})
    assert answer.status_code == 422
    assert "not as we had sent it" in read(answer).text
    assert len(read(patient.get(TOGETHER)).facts) == 20


def test_a_press_that_names_no_fee_is_shown_the_sum_first(patient, pair):
    answer = patient.post(TOGETHER, {"visit": [visit.reference for visit in pair]})
    assert answer.status_code == 422
    assert "not as we had sent it" in read(answer).text
    assert statuses(*pair) == ["booked", "booked"]


def test_a_reason_is_asked_of_each_visit_where_the_practice_requires_one(cast, patient, child):
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"reason": "required"})
    pair = cast.book(days=5), book_for(cast, child, days=6)
    page = read(look_at(patient, *pair))
    fields = fields_of(page, *pair)
    reasons = [f"{visit.reference}-reason" for visit in pair]
    lacking = patient.post(TOGETHER, fields | {reasons[0]: "other"})
    assert lacking.status_code == 422
    assert "Choose why you are cancelling." in read(lacking).text
    assert statuses(*pair) == ["booked", "booked"]
    assert patient.post(TOGETHER, fields | dict.fromkeys(reasons, "other")).status_code == 303
    assert list(Appointment.objects.values_list("reason", flat=True)) == ["other", "other"]


def test_a_reason_that_nobody_offered_is_refused(patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    answer = patient.post(TOGETHER, fields | {f"{pair[0].reference}-reason": "boredom"})
    assert answer.status_code == 422
    assert statuses(*pair) == ["booked", "booked"]


def test_a_review_of_one_fee_can_be_asked_for(patient, late_pair):
    assert press_together(patient, *late_pair, **{f"{late_pair[0].reference}-review": "plan"}).status_code == 303
    states = [Appointment.objects.get(pk=visit.pk).fee_state for visit in late_pair]
    assert states == ["in_review", "decided"]


def test_who_felt_ill_reads_whom_to_call(cast, patient, child):
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"reason": "required"})
    pair = cast.book(days=5), book_for(cast, child, days=6)
    reasons = {f"{visit.reference}-reason": "ill" for visit in pair}
    page = patient.get(press_together(patient, *pair, **reasons).headers["Location"])
    assert "You said that you feel ill" in read(page).text


def test_a_database_that_fails_midway_is_told_as_it_is_and_the_rest_can_be_tried_again(cast, patient, pair, later):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    with failing_at_the_second('INSERT INTO "events_event"'):
        answer = patient.post(TOGETHER, fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "1 of your 2 visits is cancelled")
    cancelled, booked = page.text.split("Still booked")
    assert pair[0].reference in cancelled
    assert pair[1].reference in booked
    assert "You tried at 4:00 pm (New York time)." in page.text
    assert statuses(*pair) == ["cancelled", "booked"]
    later(cast.now + timedelta(minutes=5))
    again = patient.post(TOGETHER, fields_of(page, *pair))
    assert again.headers["Location"].count("done=") == 2
    assert statuses(*pair) == ["cancelled", "cancelled"]
    assert Event.objects.filter(kind="appointment.cancelled").count() == 2


def failing_at_the_second(words: str):
    seen: list[str] = []

    def fail(execute, sql, params, many, context):
        if words in sql:
            seen.append(sql)
            if len(seen) == 2:
                raise BROKEN
        return execute(sql, params, many, context)

    return connection.execute_wrapper(fail)


def test_trying_again_counts_from_the_first_try_for_each(cast, patient, child, later):
    pair = cast.book(days=1), book_for(cast, child, days=1)
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    with failing('INSERT INTO "events_event"', BROKEN):
        answer = patient.post(TOGETHER, fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visits are still booked")
    later(cast.now + timedelta(minutes=30))
    with failing("", BROKEN):
        page = read(patient.post(TOGETHER, fields_of(page, *pair)))
    assert "You tried at 4:00 pm (New York time)." in page.text
    later(max(visit.starts_at for visit in pair) - timedelta(hours=23, minutes=40))
    assert patient.post(TOGETHER, fields_of(page, *pair)).status_code == 303
    assert {Appointment.objects.get(pk=visit.pk).fee_minor for visit in pair} == {0}


def test_a_database_that_is_wholly_away_leaves_them_booked_and_says_whom_to_call(patient, pair):
    fields = fields_of(read(look_at(patient, *pair)), *pair)
    with failing("", BROKEN):
        answer = patient.post(TOGETHER, fields)
    page = read(answer)
    assert (answer.status_code, page.heading) == (503, "Your visits are still booked")
    assert "(212) 555-0142" in page.text
    assert page.fields[f"{pair[0].reference}-key"] == fields[f"{pair[0].reference}-key"]


def test_without_what_the_page_had_shown_the_answer_names_no_visit(patient, pair):
    with failing("", BROKEN):
        answer = patient.post(TOGETHER, {"visit": [visit.reference for visit in pair], "look": "1"})
    assert (answer.status_code, read(answer).heading) == (503, "We cannot do this right now")


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_was_lost_sight_of_is_neither_one_nor_the_other(clock, sign_in):
    cast = make_cast(weeks=2)
    client, pair = sign_in(cast.patient_user), (cast.book(days=5), cast.book(days=6))
    fields = fields_of(read(look_at(client, *pair)), *pair)
    with failing_commit(None):
        answer = client.post(TOGETHER, fields)
    page = read(answer)
    done = "&".join(f"done={visit.reference}" for visit in pair)
    assert (answer.status_code, page.heading) == (503, "We do not know yet")
    assert page.refresh == f"10;url={TOGETHER}?{done}"
    assert client.post(TOGETHER, fields_of(page, *pair)).status_code == 303
    assert statuses(*pair) == ["cancelled", "cancelled"]


def test_signed_out_one_signs_in_first_and_what_was_ticked_is_kept(cast, child, client, patient):
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"reason": "required"})
    pair = cast.book(days=5), book_for(cast, child, days=6)
    form = {"visit": [pair[1].reference], f"{pair[1].reference}-reason": "other"}
    answer = client.post(TOGETHER, form)
    assert answer.headers["Location"].startswith("/accounts/login/?next=%2Fappointments%2Ftogether%2F")
    client.force_login(cast.patient_user)
    text = client.get(TOGETHER).content.decode()
    assert f'value="{pair[1].reference}" checked>' in text
    assert f'value="{pair[0].reference}">' in text
    assert '<option value="other" selected>' in look_at(client, pair[1]).content.decode()


def test_the_list_leads_here_once_there_are_two(cast, patient):
    cast.book(days=5)
    assert TOGETHER not in patient.get("/appointments/").content.decode()
    cast.book(days=6)
    assert (TOGETHER, "Cancel several at once") in read(patient.get("/appointments/")).links


def test_where_nothing_can_be_cancelled_it_says_so(cast, patient):
    assert "no visit here that can be cancelled" in read(patient.get(TOGETHER)).text


def test_each_further_visit_costs_the_same_few_statements(cast, patient):
    counts = []
    press_cancel(patient, warm := cast.book(days=2), which=warm.reference)
    for many in (1, 2, 3):
        visits = [cast.book(days=2) for _ in range(many)]
        for visit in visits:
            receipt_for(Event.objects.get(subject_id=visit.pk))
        fields = fields_of(read(look_at(patient, *visits)), *visits)
        with CaptureQueriesContext(connection) as queries:
            assert patient.post(TOGETHER, fields).status_code == 303
        counts.append(len(statements(queries)))

        with CaptureQueriesContext(connection) as queries:
            patient.get(TOGETHER, {"done": [visit.reference for visit in visits]})
        assert len(queries) <= 5
    assert counts[0] <= 11
    assert counts[1] - counts[0] <= 9
    assert counts[2] - counts[1] <= 9


def test_the_choice_and_the_sum_cost_the_same_for_one_and_three(cast, patient):
    def cost(*visits: Appointment) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as choice:
            patient.get(TOGETHER)
        with CaptureQueriesContext(connection) as review:
            look_at(patient, *visits)
        return len(choice), len(review)

    first = cast.book(days=2)
    alone = cost(first)
    assert cost(first, cast.book(days=3), cast.book(days=4)) == alone
    assert max(alone) <= 4


def test_it_is_said_in_spanish(patient, late_pair):
    patient.cookies["freeslot_language"] = "es"
    page = read(look_at(patient, *late_pair))
    assert page.heading == "¿Cancelar estas 2 citas?"
    assert "Cancelar 2 citas y aceptar cargos por $50.00" in page.buttons
    done = read(patient.get(press_together(patient, *late_pair).headers["Location"]))
    assert done.heading == "Sus citas están canceladas"
