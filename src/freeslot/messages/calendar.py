"""The calendar part of a mail (RFC 5545, 5546, 6047): one UID for a visit's life, times in UTC, nothing telling."""

from datetime import UTC, datetime

import icalendar
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.messages.letter import Letter
from freeslot.messages.senders import sender_address
from freeslot.messages.texts import one_line

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
    event = icalendar.Event()
    event.add("uid", letter.appointment.ical_uid)
    event.add("sequence", int(letter.data["sequence"]))
    event.add("dtstamp", _utc(letter.event.at))
    event.add("dtstart", _utc(letter.starts_at))
    event.add("dtend", _utc(letter.ends_at))
    event.add("summary", one_line(_("Appointment – %(practice)s") % {"practice": letter.practice_name}))
    event.add("location", one_line(letter.where))
    event.add("organizer", cal_address(sender_address(), name=letter.practice_name))
    event.add("attendee", _attendee(address))
    event.add("status", "CONFIRMED" if method == "REQUEST" else "CANCELLED")
    event.add("class", "PRIVATE")
    event.add("url", letter.page)
    if method == "REQUEST":
        event.add("description", _how_to_cancel(letter))
    return event


def _how_to_cancel(letter: Letter) -> str:
    told = _("Reference %(reference)s. See, move or cancel the visit: %(address)s") % {
        "reference": letter.reference,
        "address": letter.page,
    }
    return told + "\n" + _("Declining or deleting it here does not cancel the visit.")


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


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)
