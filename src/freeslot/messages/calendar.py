"""The calendar part of a mail (RFC 5545, 5546, 6047): one UID for a visit's life, times in UTC, nothing telling."""

from datetime import UTC, datetime

import icalendar
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.messages.letter import Letter
from freeslot.messages.senders import sender_address
from freeslot.messages.texts import one_line
from freeslot.practices.models import Location, Practitioner
from freeslot.practices.words import where_words
from freeslot.scheduling.models import Appointment

PRODUCT = "-//Freeslot//Freeslot//EN"


def calendar_for(letter: Letter, *, address: str) -> bytes:
    """The invitation (REQUEST) or its CANCEL for one recipient; empty where the message changes nothing in a calendar.

    Empty, too, for a recipient who is the sender: an organizer cannot be invited.
    """
    method = letter.kind.calendar_method
    if not method or address.lower() == sender_address().lower():
        return b""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    with override(letter.language):
        calendar.add_component(_event(letter, method, address))
    return bytes(calendar.to_ical())


def _event(letter: Letter, method: str, address: str) -> icalendar.Event:
    event = visit_event(
        letter.appointment,
        sequence=int(letter.data["sequence"]),
        changed_at=letter.event.at,
        starts_at=letter.starts_at,
        ends_at=letter.ends_at,
        location=letter.location,
        address=letter.page,
    )
    event.add("organizer", cal_address(sender_address(), name=letter.practice_name))
    event.add("attendee", _attendee(address))
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    if method == "REQUEST":
        event.add("description", _described(letter))
    return event


def visit_event(
    visit: Appointment,
    *,
    sequence: int,
    changed_at: datetime,
    starts_at: datetime,
    ends_at: datetime,
    location: Location,
    address: str,
) -> icalendar.Event:
    """What an invitation and a file say alike of a visit as it stood then; `address` is the page it leads to."""
    event = icalendar.Event()
    event.add("uid", visit.ical_uid)
    event.add("sequence", sequence)
    event.add("dtstamp", utc(changed_at))
    event.add("dtstart", utc(starts_at))
    event.add("dtend", utc(ends_at))
    event.add("summary", one_line(_("Appointment – %(practice)s") % {"practice": visit.practice.public_name}))
    is_discreet = bool(visit.practice.neutral_alias)
    event.add("location", one_line(where_words(location, visit.visit_type, is_discreet=is_discreet)))
    event.add("class", "PRIVATE")
    event.add("url", address)
    return event


def who_lines(visit: Appointment, practitioner: Practitioner) -> list[str]:
    """For whom and by whom; where the practice has a neutral name, nothing that would undo it."""
    lines = [_("for %(patient)s") % {"patient": visit.patient.given_name}]
    return lines if visit.practice.neutral_alias else [*lines, practitioner.name]


def _described(letter: Letter) -> str:
    told = _("Reference %(reference)s. See, move or cancel the visit: %(address)s") % {
        "reference": letter.reference,
        "address": letter.page,
    }
    kept = _("Declining or deleting it here does not cancel the visit.")
    return "\n".join([*who_lines(letter.appointment, letter.practitioner), told, kept])


def _attendee(address: str) -> icalendar.vCalAddress:
    person = cal_address(address, name=address)
    for name, value in (
        ("CUTYPE", "INDIVIDUAL"),
        ("ROLE", "REQ-PARTICIPANT"),
        ("PARTSTAT", "NEEDS-ACTION"),
        ("RSVP", "TRUE"),
    ):
        person.params[name] = icalendar.vText(value)
    return person


def cal_address(address: str, *, name: str) -> icalendar.vCalAddress:
    person = icalendar.vCalAddress(f"mailto:{address}")
    person.params["CN"] = icalendar.vText(one_line(name).replace('"', "’"))
    return person


def utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
