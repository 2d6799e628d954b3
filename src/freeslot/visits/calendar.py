"""A visit as a calendar file (RFC 5545) to open on one's own device: the UID of its mails, and its live state."""

from datetime import UTC, datetime

import icalendar
from django.utils.translation import gettext as _

from freeslot.scheduling.models import Appointment
from freeslot.scheduling.states import Status

PRODUCT = "-//Freeslot//Freeslot//EN"


def calendar_of(visit: Appointment, *, address: str, now: datetime) -> bytes:
    """Without a METHOD: it invites nobody and answers nothing. `address` is that of the visit's page."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(_event(visit, address, now))
    return bytes(calendar.to_ical())


def _event(visit: Appointment, address: str, now: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", visit.ical_uid)
    event.add("sequence", visit.sequence)
    event.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", visit.starts_at.astimezone(UTC))
    event.add("dtend", visit.ends_at.astimezone(UTC))
    event.add("summary", _("Appointment – %(practice)s") % {"practice": visit.practice.public_name})
    event.add("location", visit.location.address)
    event.add(
        "description", _("Reference %(reference)s: %(address)s") % {"reference": visit.reference, "address": address}
    )
    event.add("status", "CANCELLED" if visit.status == Status.CANCELLED else "CONFIRMED")
    event.add("class", "PRIVATE")
    event.add("url", address)
    return event
