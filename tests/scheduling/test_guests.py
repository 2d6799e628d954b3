"""Booking without an account: who a guest is, for whom they book, and what nobody learns from it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.audit.models import AuditRow
from freeslot.patients.details import BadDetails
from freeslot.patients.models import Contact, Patient
from freeslot.practices.models import OnlineBooking
from freeslot.scheduling.actors import Door, guest, link_holder
from freeslot.scheduling.errors import HoldOver, NotVerified, SlotsUnsuitable, SlotTaken, UnknownPatient
from freeslot.scheduling.invariants import breaches
from freeslot.scheduling.models import Appointment, Checkout, Slot
from freeslot.scheduling.operations.book import book_appointment
from freeslot.scheduling.operations.checkout import finish_checkout
from freeslot.scheduling.operations.details import Details as Said
from freeslot.scheduling.operations.details import fill_in, take_over
from freeslot.scheduling.operations.guests import book_as_guest, patient_for_guest
from tests.scheduling.guests import MARIA, ask, begin, nobody, say, use, verified
from tests.support.cast import Cast, make_cast


def book(cast: Cast, checkout: Checkout) -> Appointment:
    booked = book_as_guest(checkout_id=checkout.pk, door=Door.PORTAL, now=cast.now)
    return Appointment.objects.select_related("patient").get(reference=booked.reference)


def on_file(cast: Cast, value: str, kind: str = "email") -> None:
    cast.patient.contacts.update(value=value, kind=kind, consented_at=None)


def test_a_new_guest_becomes_a_patient_with_the_contact_they_proved(cast: Cast):
    visit = book(cast, verified(cast, language="es", payer="Elm Health", visit_reason="A cough"))
    patient = visit.patient
    assert (patient.given_name, patient.family_name, patient.birth_date) == ("Nora", "Ng", date(1990, 5, 4))
    assert (patient.languages, patient.payer) == (["es"], "Elm Health")
    assert list(patient.contacts.values_list("kind", "value", "consented_at", "can_receive_texts")) == [
        ("email", "nora@example.org", cast.now, False)
    ]
    assert (visit.visit_reason, visit.payer, visit.status) == ("A cough", "Elm Health", "booked")
    assert list(breaches(now=cast.now)) == []


def test_a_phone_that_was_proved_by_a_text_takes_texts(cast: Cast):
    visit = book(cast, verified(cast, contact_kind="phone", contact_value="(212) 555-0199"))
    assert list(visit.patient.contacts.values_list("kind", "value", "can_receive_texts", "consented_at")) == [
        ("phone", "+12125550199", True, cast.now)
    ]


def test_the_audit_row_names_the_patient_and_the_door(cast: Cast):
    checkout = verified(cast)
    visit = book(cast, checkout)
    row = AuditRow.objects.get(subject_id=visit.pk)
    assert (row.action, row.actor_kind, row.actor_id, row.door) == (
        "appointment.booked", "patient", str(checkout.pk), "portal",
    )  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"family_name": " LÓPEZ ", "given_name": "María José"},
        {"contact_value": " MARIA@example.ORG "},
        {"given_name": "mar"},
    ],
)
def test_a_known_patient_is_found_by_contact_birth_date_and_name(cast: Cast, said: dict[str, Any]):
    on_file(cast, "Maria@Example.org")
    visit = book(cast, verified(cast, **(MARIA | {"contact_value": "maria@example.org"} | said)))
    assert visit.patient == cast.patient
    assert Contact.objects.get().consented_at == cast.now


def test_a_phone_on_file_is_found_however_it_is_written(cast: Cast):
    on_file(cast, "212.555.0199", "phone")
    checkout = verified(cast, **(MARIA | {"contact_kind": "phone", "contact_value": "+1 (212) 555 0199"}))
    assert book(cast, checkout).patient == cast.patient
    assert Contact.objects.get().can_receive_texts


@pytest.mark.parametrize(
    "said",
    [{"birth_date": date(1948, 3, 8)}, {"family_name": "Lopes"}, {"given_name": "Anna"}, {"contact_value": "x@y.org"}],
)
def test_who_differs_in_one_of_them_is_somebody_else(cast: Cast, said: dict[str, Any]):
    on_file(cast, "maria@example.org")
    patient = book(cast, verified(cast, **(MARIA | {"contact_value": "maria@example.org"} | said))).patient
    assert patient != cast.patient
    assert Patient.objects.count() == 2


def test_a_contact_on_nobodys_file_makes_a_new_patient_whatever_name_came_with_it(cast: Cast):
    on_file(cast, "maria@example.org")
    assert book(cast, verified(cast, **MARIA)).patient != cast.patient
    assert list(cast.patient.contacts.values_list("value", flat=True)) == ["maria@example.org"]


def test_a_patient_of_another_practice_is_not_found(cast: Cast):
    other = make_cast(weeks=1)
    other.patient.contacts.update(value="nora@example.org")
    assert book(cast, verified(cast, **MARIA)).patient.practice == cast.practice


def test_nothing_tells_a_known_contact_from_an_unknown_one_before_it_is_proved(cast: Cast):
    on_file(cast, "maria@example.org")
    counts = set()
    for number, value in enumerate(("maria@example.org", "nobody@example.org")):
        checkout = begin(cast, source=f"source {number}")
        with CaptureQueriesContext(connection) as queries:
            say(checkout, **(MARIA | {"contact_value": value}))
            assert ask(checkout)
            assert not use(checkout, "nonsense")
        assert not [each["sql"] for each in queries if "patients_" in each["sql"]]
        counts.add(len(queries))
    assert len(counts) == 1


def test_a_second_press_gets_the_same_visit_and_makes_no_second_patient(cast: Cast):
    checkout = verified(cast)
    assert book(cast, checkout) == book(cast, checkout)
    assert Patient.objects.count() == 2


def test_the_same_guest_comes_back_as_the_same_patient(cast: Cast):
    assert book(cast, verified(cast)).patient == book(cast, verified(cast, given_name="NORA")).patient


def test_nobody_is_booked_before_their_contact_is_proved(cast: Cast):
    checkout = say(begin(cast))
    ask(checkout)
    with pytest.raises(NotVerified):
        book(cast, checkout)
    assert (Appointment.objects.count(), Patient.objects.count()) == (0, 1)


def test_where_no_visit_could_be_booked_no_patient_is_left_behind(cast: Cast):
    checkout = verified(cast)
    Slot.objects.filter(pk__in=checkout.slot_ids).update(status=Slot.Status.BLOCKED, held_by=None, held_until=None)
    with pytest.raises(SlotTaken):
        book(cast, checkout)
    assert Patient.objects.count() == 1


def test_a_practice_that_stopped_taking_guests_books_none(cast: Cast):
    checkout = verified(cast)
    cast.practice.online_booking = OnlineBooking.KNOWN
    cast.practice.save()
    with pytest.raises(SlotsUnsuitable):
        book(cast, checkout)
    assert Patient.objects.count() == 1


def test_a_guest_books_for_nobody_but_the_patient_of_their_own_checkout(cast: Cast):
    checkout, other = verified(cast), verified(cast, source="two", contact_value="other@example.org")
    mine, theirs = patient_for_guest(checkout, cast.now), patient_for_guest(other, cast.now)
    me = guest(checkout.pk, cast.practice.pk)
    for patient in (cast.patient, theirs):
        with pytest.raises(UnknownPatient):
            finish_checkout(checkout_id=checkout.pk, patient=patient, actor=me, door=Door.PORTAL, now=cast.now)
    with pytest.raises(UnknownPatient):
        finish_checkout(checkout_id=other.pk, patient=theirs, actor=me, door=Door.PORTAL, now=cast.now)
    with pytest.raises(UnknownPatient):
        finish_checkout(checkout_id=checkout.pk, patient=mine, actor=link_holder(), door=Door.PORTAL, now=cast.now)
    free = cast.slots_from(cast.now + timedelta(days=9))
    with pytest.raises(UnknownPatient):
        book_appointment(
            patient=mine, visit_type=cast.visit_type, slot_ids=[free[0].pk], actor=me, door=Door.PORTAL, now=cast.now
        )
    assert finish_checkout(checkout_id=checkout.pk, patient=mine, actor=me, door=Door.PORTAL, now=cast.now)


def test_an_unverified_guest_cannot_book_by_the_operation_itself(cast: Cast):
    checkout = say(begin(cast))
    with pytest.raises(UnknownPatient):
        finish_checkout(
            checkout_id=checkout.pk,
            patient=cast.patient,
            actor=guest(checkout.pk, cast.practice.pk),
            door=Door.PORTAL,
            now=cast.now,
        )


def test_whom_an_account_chose_is_not_carried_on_to_a_guest(cast: Cast):
    before = begin(cast, account_id=cast.patient_user.pk)
    details = fill_in(checkout_id=before.pk, details=Said(cast.patient), account_id=cast.patient_user.pk)
    again, same = begin(cast, source="two"), begin(cast, source="three", account_id=cast.patient_user.pk)
    assert take_over(checkout_id=again.pk, before=details).patient is None
    assert take_over(checkout_id=same.pk, before=details).patient == cast.patient
    with pytest.raises(NotVerified):
        book(cast, again)


def test_who_a_guest_was_found_to_be_is_forgotten_when_they_say_somebody_else(cast: Cast):
    on_file(cast, "maria@example.org")
    checkout = verified(cast, **MARIA | {"contact_value": "maria@example.org"})
    assert patient_for_guest(checkout, cast.now) == cast.patient
    say(checkout)
    assert ask(checkout, at=cast.now + timedelta(minutes=2))
    assert use(checkout, at=cast.now + timedelta(minutes=2))
    assert book(cast, checkout).patient != cast.patient


def test_what_an_account_has_begun_no_other_account_fills_in(cast: Cast):
    before = begin(cast, account_id=cast.patient_user.pk)
    with pytest.raises(HoldOver):
        fill_in(checkout_id=before.pk, details=Said(None), account_id=cast.stranger_user.pk)
    assert Checkout.objects.get(pk=before.pk).account_id == cast.patient_user.pk


def test_one_code_is_good_for_one_booking_of_several_made_of_the_same_at_once(cast: Cast):
    before = verified(cast)
    first, second = begin(cast, source="two"), begin(cast, source="three", days=8)
    assert take_over(checkout_id=first.pk, before=before).verified_at == before.verified_at
    assert take_over(checkout_id=second.pk, before=before).verified_at is None, "as both had read it"


def test_a_code_that_has_led_to_a_visit_leads_to_no_other(cast: Cast):
    before = verified(cast)
    book(cast, before)
    assert take_over(checkout_id=begin(cast, source="two").pk, before=before).verified_at is None


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"given_name": "x" * 10_000}, {"given_name": "too_long"}),
        ({"given_name": "", "family_name": "\x00\u202e "}, {"given_name": "missing", "family_name": "missing"}),
        ({"family_name": "12 34"}, {"family_name": "no_name"}),
        ({"birth_date": date(2027, 3, 4)}, {"birth_date": "in_future"}),
        ({"birth_date": date(1899, 1, 1)}, {"birth_date": "too_long_ago"}),
        ({"birth_date": None}, {"birth_date": "missing"}),
        ({"contact_value": "nora"}, {"contact_value": "no_address"}),
        ({"contact_value": ""}, {"contact_value": "missing"}),
        ({"contact_kind": "fax"}, {"contact_value": "missing"}),
        ({"contact_kind": "phone", "contact_value": "12"}, {"contact_value": "no_number"}),
        ({"contact_kind": "phone", "contact_value": "+49 30 901820"}, {"contact_value": "no_texts"}),
        ({"contact_kind": "phone", "contact_value": "+1 900 555 0199"}, {"contact_value": "no_texts"}),
        ({"contact_value": f"{'x' * 300}@example.org"}, {"contact_value": "too_long"}),
    ],
)
def test_bad_input_is_named_and_nothing_is_kept(cast: Cast, said: dict[str, Any], faults: dict[str, str]):
    checkout = begin(cast)
    with pytest.raises(BadDetails) as bad:
        say(checkout, **said)
    assert bad.value.faults == faults
    assert Checkout.objects.get().contact_value == ""


def test_unseen_signs_are_taken_out_of_what_was_said(cast: Cast):
    checkout = say(
        begin(cast),
        given_name="\u202eNo\x00ra\u200f\n Lee",
        visit_reason="A\x00 cough\r\n\u202etwo weeks" + "x" * 20_000,
        payer="Elm\x07 Health" + "x" * 100,
        language="xx-evil",
    )
    checkout = Checkout.objects.get(pk=checkout.pk)
    assert checkout.given_name == "Nora Lee"
    assert checkout.visit_reason.startswith("A cough\ntwo weeks")
    assert len(checkout.visit_reason) == 10_000
    assert (len(checkout.payer), checkout.language) == (60, "")


def test_nothing_is_said_with_a_time_that_is_kept_no_more_or_never_was(cast: Cast):
    checkout = begin(cast)
    with pytest.raises(HoldOver):
        say(checkout, at=checkout.until)
    with pytest.raises(HoldOver):
        take_over(checkout_id=nobody(), before=checkout)
    assert Checkout.objects.get(pk=checkout.pk).given_name == ""
