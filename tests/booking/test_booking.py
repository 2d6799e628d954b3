"""Somebody signed in books: the first page, the times, the details, the review, the visit."""

from datetime import timedelta

from freeslot.practices.models import Policy, VisitType
from freeslot.scheduling.models import Appointment, Checkout, Slot
from tests.booking.steps import checkout_page, confirm, first_page, kept, pick, say, times_page, value_of, visit_of
from tests.visits.pages import read


def test_the_first_page_names_the_emergency_number_and_what_can_be_booked(cast, patient):
    page = read(patient.get(first_page(cast)))
    assert "Do not book: call 911 at once" in page.text
    assert page.choices == [str(cast.visit_type.pk)]


def test_what_kind_of_care_it_is_for_is_said_once_or_beside_each_type_where_they_differ(cast, patient):
    other = VisitType.objects.create(practice=cast.practice, name="Physiotherapy", length=timedelta(minutes=20))
    other.practitioners.add(cast.practitioner)
    say_care(cast.policy, "For everyday illness")
    assert read(patient.get(first_page(cast))).text.count("For everyday illness") == 1
    own = {"practice": cast.practice, "visit_type": other, "version": 2, "valid_from": cast.policy.valid_from}
    say_care(Policy.objects.create(rules=cast.policy.rules, **own), "For backs and knees")
    page = read(patient.get(first_page(cast))).text
    assert [page.count("For everyday illness"), page.count("For backs and knees")] == [1, 1]
    assert page.index("Check-up") < page.index("For everyday illness") < page.index("For backs and knees")


def say_care(policy, words: str) -> None:
    policy.rules = {**policy.rules, "booking": {"care": {"en": words}}}
    Policy.objects.filter(pk=policy.pk).update(rules=policy.rules)


def test_the_choice_of_the_first_page_leads_to_the_list_by_an_address_that_can_be_kept(cast, patient):
    chosen = {"type": str(cast.visit_type.pk), "practitioner": str(cast.practitioner.pk), "place": ""}
    answer = patient.post(first_page(cast), chosen)
    kind, who = cast.visit_type.pk, cast.practitioner.pk
    assert (answer.status_code, answer.headers["Location"]) == (
        303, f"{times_page(cast)}?type={kind}&practitioner={who}",
    )  # fmt: skip
    nothing = patient.get(patient.post(first_page(cast)).headers["Location"])
    assert (nothing.status_code, "Choose what the visit is for." in read(nothing).text) == (422, True)


def test_the_list_holds_open_times_with_their_zone(cast, patient):
    page = read(patient.get(times_page(cast), {"type": str(cast.visit_type.pk)}))
    assert "All times are New York time." in page.text
    assert len(page.choices) > 20


def test_a_time_that_is_picked_is_kept_until_a_clock_time(cast, patient):
    checkout = kept(patient, cast)
    assert Slot.objects.get(pk=checkout.slot_ids[0]).held_by == checkout.pk
    page = read(patient.get(checkout_page(checkout)))
    assert "This time is kept for you until 4:10 pm (New York time). 10 minutes left" in page.text


def test_the_same_time_picked_again_is_the_same_booking(cast, patient):
    """Pressed twice, or once more after going back."""
    checkout = kept(patient, cast)
    assert say(patient, cast, checkout).status_code == 303
    page = read(patient.get(times_page(cast), {"type": str(cast.visit_type.pk), "from": "2027-03-05"}))
    assert value_of(cast, checkout.starts_at) in page.choices
    for _ in range(2):
        assert kept(patient, cast, Slot.objects.get(pk=checkout.slot_ids[0])) == checkout
    assert Checkout.objects.get().patient == cast.patient


def test_a_time_that_is_kept_for_another_kind_of_visit_is_shown_as_that(cast, patient):
    checkout = kept(patient, cast)
    other = VisitType.objects.create(practice=cast.practice, name="Long visit", length=timedelta(minutes=20))
    other.practitioners.add(cast.practitioner)
    answer = pick(patient, cast, Slot.objects.get(pk=checkout.slot_ids[0]), type=str(other.pk))
    assert answer.status_code == 409
    assert "Kept for you: Fri 5 March, 4:00 pm (New York time)" in read(answer).text
    assert checkout_page(checkout) in [href for href, _ in read(answer).links]


def test_the_whole_way_ends_in_a_visit_with_its_receipt(cast, patient):
    checkout = kept(patient, cast)
    answer = say(patient, cast, checkout)
    assert answer.status_code == 303
    review = read(patient.get(answer.headers["Location"]))
    assert review.heading == "Book this visit?"
    assert "for Maria" in review.text
    assert "Free to cancel until" in review.text
    assert "After that the fee is $25.00." in review.text
    visit = visit_of(confirm(patient, checkout))
    assert (visit.patient, visit.starts_at, visit.booked_door) == (cast.patient, checkout.starts_at, "portal")
    result = read(patient.get(f"/appointments/{visit.reference}/receipt/"))
    assert result.heading == "Your visit is booked"


def test_a_second_press_leads_to_the_same_visit(cast, patient):
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    first, second = visit_of(confirm(patient, checkout)), visit_of(confirm(patient, checkout))
    assert first == second
    assert Appointment.objects.count() == 1
