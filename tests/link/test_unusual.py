"""An act from where the patient was never seen, or without a link, is told with a word of warning."""

from datetime import timedelta

import pytest
from django.test import Client

from freeslot.audit.models import AuditRow
from freeslot.doors.link.proving import KNOWN_AFTER
from freeslot.events.models import Event
from freeslot.messages.addressing import letter_for
from freeslot.messages.mail import mail_for
from freeslot.messages.models import Message
from freeslot.messages.reactor import react
from freeslot.patients.models import Contact
from freeslot.scheduling.models import ManageLink
from tests.link.doors import ask, newest_code, opened, prove, token_of
from tests.visits.pages import address, press_cancel, read

HOME, ROAD = "198.51.100.7", "203.0.113.9"
WARNING = "This was done from a place that we had not seen before for this patient"


def cancelled_from(place: str, visit) -> Event:
    client = opened(visit, REMOTE_ADDR=place)
    press_cancel(client, visit)
    return Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")


def seen_at_home(cast, later) -> None:
    """The patient proved a link at home, the day before yesterday."""
    opened(cast.book(days=13), REMOTE_ADDR=HOME)
    later(cast.now + 2 * KNOWN_AFTER)


def mails_about(event: Event, cast) -> list[str]:
    react(event, cast.now)
    found = Message.objects.filter(event_id=event.pk).order_by("address")
    return [str(mail_for(each, letter_for(each, now=cast.now)).get_body(("plain",)).get_content()) for each in found]


def test_the_first_time_nothing_is_unusual(cast):
    assert "unusual" not in cancelled_from(ROAD, cast.book()).data


def test_from_home_nothing_is(cast, later):
    seen_at_home(cast, later)
    assert "unusual" not in cancelled_from(HOME, cast.book(days=9)).data
    assert "unusual" not in cancelled_from("198.51.100.200", cast.book(days=9)).data


def test_from_elsewhere_it_is_and_the_mail_says_so(cast, later):
    seen_at_home(cast, later)
    event = cancelled_from(ROAD, cast.book(days=9))
    assert event.data["unusual"] is True
    (mail,) = mails_about(event, cast)
    assert WARNING in " ".join(mail.split())
    assert "Was this you?" in mail


def test_an_undo_from_elsewhere_is_told_so_too(cast, later):
    seen_at_home(cast, later)
    visit = cast.book(days=9)
    client = opened(visit, REMOTE_ADDR=ROAD)
    press_cancel(client, visit)
    client.post(address(visit, "undo/"))
    event = Event.objects.get(subject_id=visit.pk, kind="appointment.undone")
    assert event.data["unusual"] is True
    assert WARNING in " ".join(mails_about(event, cast)[0].split())


def test_an_ordinary_cancel_warns_of_nothing(cast):
    assert WARNING not in " ".join(mails_about(cancelled_from(HOME, cast.book()), cast)[0].split())


def test_looking_twice_from_elsewhere_does_not_make_it_known(cast, later):
    seen_at_home(cast, later)
    visit = cast.book(days=9)
    opened(visit, REMOTE_ADDR=ROAD)
    assert cancelled_from(ROAD, visit).data["unusual"] is True


def test_a_day_later_it_is_known(cast, later):
    seen_at_home(cast, later)
    opened(cast.book(days=12), REMOTE_ADDR=ROAD)
    later(cast.now + 3 * KNOWN_AFTER)
    assert "unusual" not in cancelled_from(ROAD, cast.book(days=9)).data
    assert "unusual" not in cancelled_from(HOME, cast.book(days=10)).data


def test_where_no_address_is_known_nothing_is_compared_with_it(cast, later):
    opened(cast.book(days=13), REMOTE_ADDR="")
    later(cast.now + 2 * KNOWN_AFTER)
    assert "unusual" not in cancelled_from(ROAD, cast.book(days=9)).data


def test_other_patients_places_are_not_this_ones(cast, later):
    seen_at_home(cast, later)
    visit = cast.book(days=9)
    stranger = cast.patient
    stranger.pk = None
    stranger.save()
    type(visit).objects.filter(pk=visit.pk).update(patient=stranger)
    assert "unusual" not in cancelled_from(ROAD, visit).data


def test_what_a_lost_link_opened_is_unusual_every_time(cast):
    visit, client = cast.book(), Client()
    asked = read(ask(client, visit.reference)).fields["asked"]
    client.post("/find/", {"asked": asked, "code": newest_code(visit)})
    press_cancel(client, visit)
    event = Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")
    assert event.data["unusual"] is True
    assert WARNING in " ".join(mails_about(event, cast)[0].split())


def test_every_known_contact_is_told_whichever_link_was_used(cast):
    second = Contact.objects.create(
        practice=cast.practice,
        patient=cast.patient,
        kind="email",
        value="a-daughter@example.org",
        consented_at=cast.now,
    )
    visit, client = cast.book(), Client()
    assert prove(client, token_of(visit, contact=second)).status_code == 303
    press_cancel(client, visit)
    event = Event.objects.get(subject_id=visit.pk, kind="appointment.cancelled")
    react(event, cast.now)
    told = set(Message.objects.filter(event_id=event.pk).values_list("address", flat=True))
    assert told == set(Contact.objects.filter(patient=cast.patient).values_list("value", flat=True))
    assert len(told) == 2


def test_no_address_of_a_network_is_kept(cast):
    opened(cast.book(), REMOTE_ADDR=HOME)
    link = ManageLink.objects.get()
    row = AuditRow.objects.get(action="link.proved")
    assert not [text for text in (link.proved_from, str(row.detail)) if "198.51" in text]
    assert (len(link.proved_from), row.detail["network"]) == (64, link.proved_from)


@pytest.mark.parametrize("ahead", [timedelta(0), KNOWN_AFTER - timedelta(seconds=1)])
def test_until_a_day_has_passed_nothing_is_compared(cast, later, ahead):
    opened(cast.book(days=13), REMOTE_ADDR=HOME)
    later(cast.now + ahead)
    assert "unusual" not in cancelled_from(ROAD, cast.book(days=9)).data
