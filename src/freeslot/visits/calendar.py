"""Visits as calendar files (RFC 5545, 5546): the UID of their mails, their live state, and a word before the deadline.

Nothing in them hangs on when they are read but what the clock itself changes, so that a calendar that asks again is
told that nothing is new.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import icalendar
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.messages.calendar import PRODUCT, cal_address, utc, visit_event, who_lines
from freeslot.messages.reactor import language_among
from freeslot.messages.senders import page_address, sender_address
from freeslot.scheduling.actors import link_holder
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.policy import Kind
from freeslot.scheduling.states import Status
from freeslot.visits.frames import place_of
from freeslot.web.formatting import moment

ALARM_BEFORE = timedelta(hours=3)
REFRESH = timedelta(hours=1)
STATUSES = {Status.CANCELLED: "CANCELLED", Status.PENDING: "TENTATIVE"}

# When the last event of each visit happened.
Changes = Mapping[uuid.UUID, datetime]


def file_of(visit: Appointment, *, changes: Changes, now: datetime) -> bytes:
    """One visit, without a METHOD: it invites nobody and answers nothing."""
    calendar = _calendar()
    calendar.add_component(_event(visit, changes, now))
    return bytes(calendar.to_ical())


def feed_file_of(visits: Sequence[Appointment], *, language: str, changes: Changes, now: datetime) -> bytes:
    """All of them, published: each in the language of its mails where the account has none, `language`, of its own."""
    calendar = _calendar()
    calendar.add("method", "PUBLISH")
    with override(language_among(language, *(visit.practice.language for visit in visits[:1]))):
        for name in ("name", "x-wr-calname"):
            calendar.add(name, _("My visits"))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    for visit in visits:
        with override(language_among(language, visit.patient.language, visit.practice.language)):
            event = _event(visit, changes, now)
            event.add("organizer", cal_address(sender_address(), name=visit.practice.public_name))
            calendar.add_component(event)
    if not visits:
        calendar.add_component(_something())
    return bytes(calendar.to_ical())


def _calendar() -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _event(visit: Appointment, changes: Changes, now: datetime) -> icalendar.Event:
    changed_at = changes.get(visit.pk, visit.booked_at)
    address = page_address(reverse("appointment", args=[visit.reference]))
    event = visit_event(
        visit,
        sequence=visit.sequence,
        changed_at=changed_at,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        location=visit.location,
        address=address,
    )
    event.add("last-modified", utc(changed_at))
    event.add("description", _description(visit, address))
    event.add("status", STATUSES.get(Status(visit.status), "CONFIRMED"))
    if alarm := _alarm(visit, now):
        event.add_component(alarm)
    return event


def _description(visit: Appointment, address: str) -> str:
    told = _("Reference %(reference)s: %(address)s") % {"reference": visit.reference, "address": address}
    return "\n".join([*who_lines(visit, visit.practitioner), told])


def _alarm(visit: Appointment, now: datetime) -> icalendar.Alarm | None:
    """Before free cancelling ends, while that lies ahead; none for a time that was chosen later than it would ring."""
    verdict = visit.verdict(link_holder(visit.pk), now)
    deadline = verdict.deadline if verdict.kind is Kind.ALLOWED else None
    if deadline is None or deadline <= now or deadline - ALARM_BEFORE <= visit.chosen_at:
        return None
    place = place_of(visit.practice, now)
    until = moment(deadline, zone=place.zone, locale=place.locale, now=visit.starts_at)
    alarm = icalendar.Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", utc(deadline - ALARM_BEFORE), parameters={"VALUE": "DATE-TIME"})
    alarm.add("description", _("Free to cancel until %(until)s") % {"until": until})
    return alarm


def _something() -> icalendar.Timezone:
    """By the letter of RFC 5545 there is no calendar without a component, and there are clients that go by it."""
    zone, standard = icalendar.Timezone(), icalendar.TimezoneStandard()
    zone.add("tzid", "Etc/UTC")
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  a local time, as the RFC wants it
    standard.add("tzoffsetfrom", timedelta())
    standard.add("tzoffsetto", timedelta())
    zone.add_component(standard)
    return zone
