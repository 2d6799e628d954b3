"""The calendar parts, read back by a second library and by the letter of the standards."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ical.calendar import Calendar
from ical.calendar_stream import IcsCalendarStream
from ical.event import Event

from freeslot.messages.calendar import calendar_for
from freeslot.messages.models import Message
from freeslot.visits.calendar import file_of
from tests.messages.support import calendar_text, cancel, letter_of, mail_of, make_messages, move, one_of_each, undo
from tests.support.cast import make_cast

pytestmark = pytest.mark.django_db
WITH_CALENDAR = {
    "booked": "REQUEST",
    "undone": "REQUEST",
    "moved": "REQUEST",
    "cancelled": "CANCEL",
    "cancelled_late": "CANCEL",
    "cancelled_by_practice": "CANCEL",
}


def read(message: Message) -> tuple[Calendar, Event]:
    calendar = IcsCalendarStream.calendar_from_ics(calendar_text(mail_of(message)).decode())
    (event,) = calendar.events
    return calendar, event


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_second_library_reads_every_calendar_part(language: str):
    messages = one_of_each(language)

    for kind, method in WITH_CALENDAR.items():
        message = messages[kind]
        calendar, event = read(message)
        letter = letter_of(message)
        assert (calendar.method, calendar.version, calendar.calscale) == (method, "2.0", "GREGORIAN")
        assert event.uid == letter.appointment.ical_uid
        assert event.sequence == message.sequence
        assert (event.dtstart, event.dtend) == (letter.starts_at, letter.ends_at)
        assert event.dtstamp == letter.event.at
        assert event.status == ("CONFIRMED" if method == "REQUEST" else "CANCELLED")
        assert event.classification == "PRIVATE"
        assert (event.organizer.uri, event.organizer.common_name) == (
            "mailto:visits@visits.example.org",
            "Elm Street Practice",
        )
        assert [each.uri for each in event.attendees] == [f"mailto:{message.address}"]
        assert event.alarm == []


def test_one_visit_keeps_its_uid_and_raises_its_sequence():
    cast = make_cast()
    visit = cast.book()
    cancel(cast, visit)
    undo(cast, visit, at=cast.now + timedelta(minutes=1))
    cancel(cast, visit, at=cast.now + timedelta(minutes=2))

    parts = [read(message) for message in make_messages(cast.now)]

    assert [calendar.method for calendar, _ in parts] == ["REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    assert [event.sequence for _, event in parts] == [0, 1, 2, 3]
    assert {event.uid for _, event in parts} == {f"{visit.pk}@visits.example.org"}
    stamps = [event.dtstamp for _, event in parts]
    assert stamps == sorted(stamps)


def test_a_visit_that_was_moved_twice_cancelled_and_taken_back_stays_one_entry_in_every_calendar():
    cast = make_cast()
    visit = cast.book()
    move(cast, visit, days=8, at=cast.now + timedelta(minutes=1))
    move(cast, visit, days=9, at=cast.now + timedelta(minutes=2))
    cancel(cast, visit, at=cast.now + timedelta(minutes=3))
    undo(cast, visit, at=cast.now + timedelta(minutes=4))

    parts = [read(message) for message in make_messages(cast.now)]

    assert [calendar.method for calendar, _ in parts] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert [event.sequence for _, event in parts] == [0, 1, 2, 3, 4]
    assert {event.uid for _, event in parts} == {f"{visit.pk}@visits.example.org"}
    assert [event.dtstart.astimezone(UTC).day for _, event in parts] == [10, 11, 12, 12, 12]
    stamps = [event.dtstamp for _, event in parts]
    assert stamps == sorted(stamps)


def test_the_lines_are_those_the_standards_ask_for():
    lines = _lines(one_of_each()["cancelled"])

    assert lines[:5] == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Freeslot//Freeslot//EN", "CALSCALE:GREGORIAN", "METHOD:CANCEL",
    ]  # fmt: skip
    assert "STATUS:CANCELLED" in lines
    assert "DTSTART:20270310T210000Z" in lines
    assert "SUMMARY:Appointment – Elm Street Practice" in lines
    assert not [line for line in lines if line.startswith(("TRANSP", "BEGIN:VALARM", "BEGIN:VTIMEZONE", "DESCRIPTION"))]
    (attendee,) = [line for line in lines if line.startswith("ATTENDEE")]
    for part in ("CUTYPE=INDIVIDUAL", "ROLE=REQ-PARTICIPANT", "PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"):
        assert f";{part}" in attendee


def test_the_file_folds_at_75_octets_and_ends_lines_with_crlf():
    cast = make_cast(name="Praxis für Physiotherapie und Rückenschule am schönen Straßenbahndepot in Übersee, 2. Stock")
    cast.book()

    content = calendar_text(mail_of(make_messages(cast.now)[0]))

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_an_invitation_says_how_a_visit_is_really_cancelled():
    (described,) = [line for line in _lines(one_of_each()["booked"]) if line.startswith("DESCRIPTION")]

    assert "Declining or deleting it here does not cancel the visit." in described
    assert "https://visits.example.org/appointments/" in described


def test_an_invitation_says_for_whom_by_whom_and_where_as_the_file_does():
    cast = make_cast()
    cast.location.name = "Elm House"
    cast.location.save()
    visit = cast.book()
    _, event = read(make_messages(cast.now)[0])
    file = IcsCalendarStream.calendar_from_ics(file_of(visit, changes={}, now=cast.now).decode()).events[0]

    assert event.description.split("\n")[:2] == file.description.split("\n")[:2] == ["for Maria", "Dr. Amara Osei"]
    assert event.location == file.location == "Elm House, 12 Elm Street, 2nd floor"


def test_an_invitation_of_a_practice_with_a_neutral_name_names_no_practitioner():
    cast = make_cast()
    cast.practice.neutral_alias = "Your appointment"
    cast.practice.save()
    cast.book()
    _, event = read(make_messages(cast.now)[0])

    assert event.description.startswith("for Maria\nReference ")


def test_nobody_is_invited_by_themselves(settings: Any):
    cast = make_cast()
    settings.DEFAULT_FROM_EMAIL = cast.patient.contacts.get().value
    cast.book()
    (message,) = make_messages(cast.now)

    assert calendar_for(letter_of(message), address=message.address) == b""
    assert mail_of(message)["To"] == message.address


def test_a_start_in_the_hour_that_comes_twice_is_one_instant():
    # 1:30 a.m. in New York on 7 November 2027 comes twice; in UTC it does not.
    message = one_of_each()["booked"]
    letter = letter_of(message)
    letter.event.data["starts_at"] = "2027-11-07T06:30:00+00:00"
    letter.event.data["ends_at"] = "2027-11-07T06:50:00+00:00"

    content = calendar_for(letter, address=message.address)

    assert b"DTSTART:20271107T063000Z" in content
    assert letter.starts_at == datetime(2027, 11, 7, 6, 30, tzinfo=UTC)


def _lines(message: Message) -> list[str]:
    return calendar_text(mail_of(message)).decode().replace("\r\n ", "").split("\r\n")
