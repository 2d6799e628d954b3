"""The mail as bytes: its parts, its headers, and nothing in them that does not belong."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from freeslot.messages.kinds import MessageKind
from freeslot.messages.letter import Letter
from freeslot.messages.mail import BadAddress, mail_for, wire_address
from freeslot.messages.models import Message
from freeslot.patients.models import Contact
from freeslot.practices.models import Practice
from freeslot.scheduling.actors import Door
from freeslot.scheduling.operations.release import release_slots
from tests.messages.support import (
    TO_PATIENTS,
    calendar_text,
    cancel,
    html_text,
    letter_of,
    mail_of,
    make_messages,
    one_of_each,
    plain_text,
)
from tests.support.cast import RULES, make_cast

pytestmark = pytest.mark.django_db


def test_a_mail_has_the_parts_that_calendars_take():
    mail = mail_of(one_of_each()["cancelled"])

    assert _shape(mail) == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
        "application/pdf",
    ]
    calendar = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert dict(calendar["Content-Type"].params) == {"charset": "UTF-8", "method": "CANCEL", "component": "VEVENT"}
    assert calendar["Content-Transfer-Encoding"] == "base64"
    file = next(part for part in mail.walk() if part.get_content_type() == "application/ics")
    assert (file.get_filename(), file.get_payload(decode=True)) == ("invite.ics", calendar_text(mail))
    assert file["Content-Type"].params["name"] == "invite.ics"


def test_what_changes_nothing_in_a_calendar_carries_none():
    mail = mail_of(one_of_each()["practice_told"])

    assert "text/calendar" not in _shape(mail)
    assert "calendar" not in plain_text(mail)


def test_the_headers_are_those_of_an_answer_to_an_act():
    message = one_of_each()["cancelled"]

    mail = mail_of(message)

    assert str(mail["From"]) == "Elm Street Practice <visits@visits.example.org>"
    assert str(mail["To"]) == message.address
    assert str(mail["Reply-To"]) == "Elm Street Practice <desk@elm.example>"
    assert mail["Message-ID"] == f"<{message.pk}@visits.example.org>"
    assert mail["Date"].datetime == letter_of(message).event.at
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Content-Language"] == "en"


def test_the_same_row_gives_the_same_bytes():
    for message in one_of_each().values():
        again = Message.objects.get(pk=message.pk)
        assert mail_for(message, letter_of(message)).as_bytes() == mail_for(again, letter_of(again)).as_bytes()


def test_two_rows_differ_in_every_boundary():
    messages = one_of_each()
    first, other = mail_of(messages["cancelled"]), mail_of(messages["undone"])

    assert not {part.get_boundary() for part in first.walk()} & {part.get_boundary() for part in other.walk()} - {None}


@pytest.mark.parametrize("kind", sorted(set(TO_PATIENTS) - {MessageKind.LINK_ASKED}))
def test_the_mail_stands_alone_as_proof(kind: MessageKind):
    message = one_of_each()[kind]
    letter = letter_of(message)

    text, html = plain_text(mail_of(message)), html_text(mail_of(message))

    for body in (text, html):
        assert letter.reference in body
        assert "R-8DWE-6TNP" in body
        assert "Dr. Amara Osei" in body
        assert "12 Elm Street, 2nd floor" in body
        assert "New York time" in body
        assert "for Maria" in body or "For Maria" in body
        assert f"https://visits.example.org/appointments/{letter.reference}/" in body
        assert "Our links always begin with https://visits.example.org/" in body
        assert "we never ask for a password or a card" in body
        assert "(212) 555-0142 (Mon – Fri 8 am – 5 pm)" in body
        assert "In an emergency call 911" in body


def test_a_free_cancel_says_no_fee_when_by_whom_where_and_until_when_it_can_be_undone():
    text = plain_text(mail_of(one_of_each()["cancelled"]))

    assert text.startswith(
        "Your visit is cancelled\nNo fee. It was cancelled in time, before Tue 9 March, 4:00 pm (New York time).\n"
    )
    assert "Cancelled: Wed 3 March, 4:00 pm (New York time), by you, on the practice’s portal" in text
    assert "Your time is kept for you until 4:10 pm (New York time)." in text
    assert "Cancelling is free until 24 hours before the visit." in text
    assert "This mail carries an update for your calendar." in text


def test_a_time_that_was_freed_before_the_mail_went_out_offers_no_undo():
    cast = make_cast()
    visit = cast.book()
    cancel(cast, visit)
    release_slots(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now + timedelta(seconds=5))
    made = {message.kind: message for message in make_messages(cast.now)}
    text = plain_text(mail_of(made["cancelled"]))

    assert "Undo" not in text
    assert "It shows this visit as it is now, at any hour." in text


def test_without_a_receipt_none_is_named(settings: Any):
    settings.FREESLOT_PROOF_NUMBERS = []

    assert "Receipt" not in plain_text(mail_of(one_of_each()["cancelled"]))


def test_a_practice_without_an_address_of_its_own_takes_no_replies():
    message = one_of_each()["cancelled"]
    Practice.objects.update(email="")

    assert mail_of(message)["Reply-To"] is None


def test_an_event_that_calls_for_no_message_has_no_letter():
    event = letter_of(one_of_each()["booked"]).event
    event.kind = "appointment.released"

    with pytest.raises(ValueError, match="released"):
        Letter.of(event, language="en")


def test_where_no_fee_can_arise_no_deadline_is_shown():
    cast = make_cast(rules={"steps": []}, weeks=2)
    cancel(cast, cast.book())

    booked, cancelled = make_messages(cast.now)

    free = "This practice charges no fee, at any time before the visit."
    assert plain_text(mail_of(booked)).startswith(f"Your visit is booked\n{free}\n")
    assert plain_text(mail_of(cancelled)).startswith(f"Your visit is cancelled\nNo fee. {free}\n")
    assert 'height="8"' not in html_text(mail_of(booked)) + html_text(mail_of(cancelled))


def test_a_cancel_soon_after_a_late_booking_says_why_it_is_free():
    cast = make_cast(weeks=2)
    visit = cast.book(days=0, booked_at=cast.now)
    cancel(cast, visit, at=cast.now + timedelta(minutes=5))

    text = plain_text(mail_of(make_messages(cast.now)[1]))

    assert "No fee. It was cancelled soon enough after booking." in text


def test_what_a_cancel_costs_beyond_money_is_said_with_the_rules():
    cast = make_cast(rules=RULES | {"also_lost": {"en": "The referral ends with the visit."}}, weeks=2)
    cast.book()

    assert "- The referral ends with the visit." in plain_text(mail_of(make_messages(cast.now)[0]))


def test_a_late_cancel_says_the_fee_and_when_the_free_time_had_ended():
    text = plain_text(mail_of(one_of_each()["cancelled_late"]))

    assert "The fee is $25.00. Free cancelling had ended Wed 3 March, 4:00 pm (New York time)." in text
    assert "After an undo there is no fee." in text


def test_a_fee_in_review_is_not_called_decided():
    cast = make_cast()
    cancel(cast, cast.book(days=0), ask_review=True)

    text = plain_text(mail_of(make_messages(cast.now)[1]))

    assert "The practice will review the fee of $25.00. It is not decided yet." in text


def test_what_the_practice_cancelled_costs_nothing_and_offers_no_undo():
    text = plain_text(mail_of(one_of_each()["cancelled_by_practice"]))

    assert text.startswith("The practice cancelled your visit\nNo fee.")
    assert "Undo" not in text
    assert "by the practice, at the practice’s desk" in text


def test_a_practice_that_was_told_leaves_the_visit_booked():
    text = plain_text(mail_of(one_of_each()["practice_told"]))

    assert text.startswith("Your visit is still booked\nWe told the practice at ")
    assert "cancelled" not in text.lower().partition("the rules")[0]


def test_the_deadline_line_never_says_now():
    for kind, message in one_of_each().items():
        html = html_text(mail_of(message))
        assert "Now" not in html, kind


def test_no_header_can_be_smuggled_in_by_a_name():
    cast = make_cast(name='Elm\r\nBcc: all@example.org\x07\u2028 "Street" <x@y.example>')
    cast.book()

    mail = mail_of(make_messages(cast.now)[0])

    assert mail["Bcc"] is None
    assert mail["From"].addresses[0].addr_spec == "visits@visits.example.org"
    assert mail["From"].addresses[0].display_name == 'Elm Bcc: all@example.org "Street" <x@y.example>'
    assert len(mail["From"].addresses) == 1
    assert b"\nBcc:" not in mail.as_bytes()


def test_a_note_and_a_reason_are_in_no_mail():
    cast = make_cast()
    visit = cast.book()
    visit.reason, visit.note = "pat-fb", "I feel\r\nX-Note: ill"
    visit.save()
    cancel(cast, visit)

    for message in make_messages(cast.now):
        content = mail_for(message, letter_of(message)).as_bytes()
        assert b"X-Note" not in content
        assert b"I feel" not in content


def test_an_address_beyond_ascii_keeps_its_letters():
    cast = make_cast()
    Contact.objects.update(value="maría@example.org")
    cast.book()

    (message,) = make_messages(cast.now)
    content = mail_for(message, letter_of(message)).as_bytes()

    assert "To: maría@example.org".encode() in content


def test_an_undo_speaks_of_the_same_visit_in_the_same_thread_of_references():
    messages = one_of_each()
    undone = mail_of(messages["undone"])

    assert str(undone["Subject"]).startswith("Visit booked again: ")
    assert letter_of(messages["undone"]).event.at - letter_of(messages["cancelled"]).event.at == timedelta(minutes=2)
    assert "The cancel was taken back: same time, same reference, no fee." in plain_text(undone)


def _shape(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk()]


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("maria@example.org", "maria@example.org"),
        ("maria@müller.example", "maria@xn--mller-kva.example"),
        ("maría@example.org", "maría@example.org"),
    ],
)
def test_an_address_goes_out_in_the_form_that_servers_take(address: str, wire: str):
    assert wire_address(address) == wire


@pytest.mark.parametrize(
    "address", ["", "maria", "maria@", "@example.org", "a b@example.org", "a@b@c", "ñ\r\nBcc: x@y.example", "ñ <x>@y"]
)
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(BadAddress):
        wire_address(address)
