"""What is told of a move: both times, what changed, what a cancel costs now, and a receipt in the chain."""

from datetime import timedelta
from typing import Any

import pytest

from freeslot.messages.mail import mail_for
from freeslot.messages.models import Message
from freeslot.messages.rendering import sms_of, subject_of
from freeslot.messages.texts import segments
from freeslot.practices.models import Location, Practitioner
from freeslot.receipts.issue import receipt_for
from freeslot.receipts.words import told
from freeslot.scheduling.actors import Door, link_holder
from freeslot.scheduling.models import Schedule
from freeslot.waitlist.operations.make import make_wish
from freeslot.waitlist.operations.serve import serve_wishes
from freeslot.waitlist.terms import Terms
from tests.messages.support import (
    cancel,
    html_text,
    letter_of,
    mail_of,
    make_messages,
    move,
    plain_text,
    undo,
)
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


def moved_message(cast: Cast) -> Message:
    return next(message for message in make_messages(cast.now) if message.kind == "moved")


def move_to_a_colleague(cast: Cast, *, days: int) -> None:
    """By another practitioner, at another place; the cast's own schedule is then theirs."""
    visit = cast.book()
    other = Practitioner.objects.create(practice=cast.practice, name="Dr. Helen Brandt")
    place = Location.objects.create(practice=cast.practice, name="Pier Road", address="7 Pier Road")
    cast.visit_type.practitioners.add(other)
    own = cast.schedule
    cast.schedule = Schedule.objects.create(
        practice=cast.practice, practitioner=other, location=place, slot_length=own.slot_length
    )
    own.slots.filter(starts_at__gte=cast.now + timedelta(days=days)).update(
        schedule=cast.schedule, practitioner=other, location=place
    )
    move(cast, visit, days=days)


def test_both_times_are_named_and_until_when_the_new_one_is_free():
    cast = make_cast(weeks=2)
    visit = cast.book()
    move(cast, visit, days=9)
    message = moved_message(cast)
    text = plain_text(mail_of(message))
    assert subject_of(letter_of(message)) == "Visit moved: Fri 12 March, 4:00 pm – Elm Street Practice"
    assert text.startswith("Your visit is moved\nIt was Wed 10 March, 4:00 pm (New York time) before.")
    assert "Free to cancel until Thu 11 March, 4:00 pm (New York time). After that the fee is $25.00." in text
    assert "Time before: Wed 10 March, 4:00 pm (New York time)" in text
    assert "Moved: Wed 3 March, 4:00 pm (New York time), by you, on the practice’s portal" in text
    assert "Fri 12 March, 4:00 – 4:20 pm (New York time)" in text
    assert "It is with" not in text
    assert "The place is" not in text
    assert "Time before" in html_text(mail_of(message))


def test_a_fee_that_goes_along_is_named_as_it_was_at_the_move():
    cast = make_cast(weeks=2)
    visit = cast.book(days=1)
    move(cast, visit, days=9, at=visit.starts_at - timedelta(hours=3))
    text = plain_text(mail_of(moved_message(cast)))
    assert "The move was free. Free cancelling had ended before it, so a cancel costs at least $25.00." in text
    assert "Free to cancel until" not in text


def test_an_undo_after_a_late_move_names_no_moment_at_which_it_was_still_free():
    cast = make_cast(weeks=2)
    visit = cast.book(days=1)
    late = visit.starts_at - timedelta(hours=3)
    move(cast, visit, days=9, at=late)
    cancel(cast, visit, at=late + timedelta(minutes=1))
    undo(cast, visit, at=late + timedelta(minutes=2))
    text = plain_text(mail_of(next(each for each in make_messages(cast.now) if each.kind == "undone")))
    assert "Free cancelling had ended when this visit was moved, so the fee went along." in text
    assert "free to cancel until" not in text.lower()


def test_a_letter_of_an_earlier_event_knows_nothing_of_a_later_move():
    cast = make_cast(weeks=2)
    visit = cast.book(days=1)
    (booked,) = make_messages(cast.now)
    before = mail_for(booked, letter_of(booked)).as_bytes()
    move(cast, visit, days=9, at=visit.starts_at - timedelta(hours=3))
    assert mail_for(booked, letter_of(booked)).as_bytes() == before
    (moved,) = [message for message in make_messages(cast.now) if message.kind == "moved"]
    first = mail_for(moved, letter_of(moved)).as_bytes()
    move(cast, visit, days=11, at=visit.starts_at - timedelta(hours=2))
    cancel(cast, visit, at=visit.starts_at - timedelta(hours=1))
    assert mail_for(moved, letter_of(moved)).as_bytes() == first


def test_another_practitioner_and_another_place_are_said():
    cast = make_cast(weeks=2)
    move_to_a_colleague(cast, days=9)
    text = plain_text(mail_of(moved_message(cast)))
    assert "It is with Dr. Helen Brandt now, not with Dr. Amara Osei." in text
    assert "The place is another one now: 7 Pier Road." in text


def test_a_visit_by_video_has_no_other_place():
    cast = make_cast(weeks=2)
    cast.visit_type.by_video = True
    cast.visit_type.save()
    move_to_a_colleague(cast, days=9)
    assert "The place is another" not in plain_text(mail_of(moved_message(cast)))


def test_a_practice_with_an_alias_names_nobody():
    cast = make_cast(weeks=2)
    cast.practice.neutral_alias = "Visits 27"
    cast.practice.save()
    move_to_a_colleague(cast, days=9)
    text = plain_text(mail_of(moved_message(cast)))
    for word in ("Brandt", "Osei", "Elm Street Practice"):
        assert word not in text


def test_the_practices_own_move_says_so_and_costs_nothing():
    cast = make_cast(weeks=2)
    visit = cast.book(days=1)
    move(cast, visit, days=9, actor=cast.staff, at=visit.starts_at - timedelta(hours=3))
    text = plain_text(mail_of(moved_message(cast)))
    assert text.startswith("The practice moved your visit\n")
    assert "The practice moved this visit, so there is no fee." in text
    assert "by the practice, at the practice’s desk" in text


def test_a_move_from_an_unusual_place_carries_the_warning():
    cast = make_cast(weeks=2)
    visit = cast.book()
    move(cast, visit, days=9, actor=link_holder(visit.pk, is_unusual=True))
    assert "Was this you?" in plain_text(mail_of(moved_message(cast)))


def test_a_text_names_both_times_in_one_segment():
    cast = make_cast(weeks=2)
    move(cast, cast.book(), days=9)
    letter = letter_of(moved_message(cast))
    assert sms_of(letter).startswith("Elm Street Practice: visit Wed 10 Mar, 4:00 pm moved to Fri 12 Mar, 4:00 pm.")
    assert segments(sms_of(letter)) == 1


def test_how_many_moves_are_left_is_said_as_of_each_move():
    cast = make_cast(weeks=2, rules={"move": {"most": 3}})
    visit = cast.book()
    for days in (9, 10, 11):
        move(cast, visit, days=days, at=cast.now + timedelta(minutes=days))
    texts = [plain_text(mail_of(each)) for each in make_messages(cast.now) if each.kind == "moved"]
    for text, left in zip(texts, ("2 moves are left.", "One move is left.", "No move is left."), strict=True):
        assert f"- You can move it online 3 times. {left}\n" in text


def test_a_receipt_goes_along_and_follows_on_the_one_before(settings: Any):
    settings.FREESLOT_PROOFS = ["freeslot.receipts.attach.attachments_for"]
    settings.FREESLOT_PROOF_NUMBERS = ["freeslot.receipts.attach.number_for"]
    cast = make_cast(weeks=2)
    visit = cast.book()
    events = [move(cast, visit, days=9), move(cast, visit, days=10, at=cast.now + timedelta(minutes=1))]
    messages = make_messages(cast.now)
    receipts = [receipt_for(letter_of(message).event) for message in messages]
    assert all(receipts)
    last = receipts[-1]
    assert last is not None
    assert (last.claims.event, last.event_id) == ("moved", events[-1].pk)
    assert (last.claims.start_before, last.claims.start) == (
        visit.starts_at + timedelta(days=2),
        visit.starts_at + timedelta(days=3),
    )
    assert last.claims.prev
    text = plain_text(mail_of(messages[-1]))
    assert f"Receipt: {last.number}, attached" in text
    words = told(last.claims, place=letter_of(messages[-1]).place)
    assert words == "Moved Wed 3 March, 4:01 pm (New York time) by the patient, on the practice’s portal."


def test_a_move_that_was_wished_for_says_so_in_the_mail():
    cast = make_cast(weeks=2)
    visit = cast.book(days=9)
    day = visit.starts_at.astimezone(cast.practice.tz).date()
    make_wish(ref=visit.reference, terms=Terms(before_on=day), actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)
    assert serve_wishes(now=cast.now) == 1
    text = plain_text(mail_of(moved_message(cast)))
    assert text.startswith("Your visit is moved\nYou wished for an earlier time, and this one came free. It was Fri 12")
    assert "(New York time), as you had wished\n" in text
    assert "by you" not in text
