"""The secret address of all visits: what it says, to whom, until when, and that reading it changes nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.accounts.feeds import feed_for
from freeslot.accounts.feeds import make_feed as make
from freeslot.accounts.models import CalendarFeed
from freeslot.messages.senders import sender_address
from freeslot.patients.models import Grant
from freeslot.practices.models import Practice
from freeslot.scheduling.actors import Door
from freeslot.scheduling.models import Appointment
from freeslot.scheduling.operations.move import move_appointment
from freeslot.scheduling.operations.undo import undo_cancel
from tests.link.doors import opened
from tests.support.cast import make_cast, make_patient
from tests.visits.calendars import event_in, feed, lines_of, make_feed, parsed, path_in
from tests.visits.pages import address, press_cancel, read


def move(cast, visit, *, days: int, at=None) -> None:
    free = cast.schedule.slots.filter(status="free", starts_at__gte=cast.now + timedelta(days=days))
    outcome = move_appointment(
        ref=visit.reference, slot_ids=[free.order_by("starts_at")[0].pk], actor=cast.patient_actor, door=Door.PORTAL,
        accepted_fee=0, idempotency_key="", now=at or cast.now,
    )  # fmt: skip
    assert outcome.result == "moved"


def test_another_library_reads_all_visits_published(cast, patient):
    first, second = cast.book(days=3), cast.book(days=9)
    answer = feed(make_feed(patient))
    calendar = parsed(answer.content)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (calendar.method, calendar.version, calendar.calscale) == ("PUBLISH", "2.0", "GREGORIAN")
    assert [event.uid for event in calendar.events] == [first.ical_uid, second.ical_uid]
    event = calendar.events[0]
    assert (event.dtstart, event.dtend, event.sequence) == (first.starts_at, first.ends_at, 0)
    assert (event.status, event.classification, event.attendees) == ("CONFIRMED", "PRIVATE", [])
    assert event.organizer.uri == f"mailto:{sender_address()}"
    assert event.summary == "Appointment – Elm Street Practice"
    assert "Check-up" not in answer.content.decode()
    head = lines_of(answer.content)
    for line in ("NAME:My visits", "X-WR-CALNAME:My visits", "X-PUBLISHED-TTL:PT1H"):
        assert line in head
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in head


def test_a_visit_is_followed_through_moves_cancel_and_undo_in_feed_and_file(cast, patient, later):
    visit, path = cast.book(days=3), make_feed(patient)
    told = [both(patient, visit, path)]
    for minutes, days in ((1, 5), (2, 7)):
        later(cast.now + timedelta(minutes=minutes))
        move(cast, visit, days=days, at=cast.now + timedelta(minutes=minutes))
        told.append(both(patient, visit, path))
    later(cast.now + timedelta(minutes=3))
    press_cancel(patient, visit)
    told.append(both(patient, visit, path))
    later(cast.now + timedelta(minutes=4))
    undo_cancel(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now + timedelta(minutes=4))
    told.append(both(patient, visit, path))
    assert [event.sequence for event in told] == [0, 1, 2, 3, 4]
    assert [event.status for event in told] == ["CONFIRMED"] * 3 + ["CANCELLED", "CONFIRMED"]
    assert {event.uid for event in told} == {visit.ical_uid}
    moved = Appointment.objects.get(pk=visit.pk)
    assert told[2].dtstart == told[4].dtstart == moved.starts_at > visit.starts_at
    assert [event.dtstamp - cast.now for event in told] == [timedelta(minutes=each) for each in range(5)]


def both(client: Client, visit: Appointment, path: str):
    """The visit as the feed has it, which is as the file has it."""
    published, own = event_in(feed(path).content), event_in(client.get(address(visit, "visit.ics")).content)
    assert published.organizer is not None
    assert published.model_copy(update={"organizer": None}) == own
    return own


def test_nothing_new_is_said_without_a_body(cast, patient, later):
    visit, path = cast.book(days=9), make_feed(patient)
    answer = feed(path)
    later(cast.now + timedelta(hours=6))
    again = feed(path, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert feed(path).content == answer.content
    press_cancel(patient, visit)
    changed = feed(path, **{"If-None-Match": answer.headers["ETag"]})
    assert (changed.status_code, event_in(changed.content).status) == (200, "CANCELLED")


def test_a_cancelled_visit_stays_six_weeks_after_its_day(cast, patient, later):
    visit, path = cast.book(days=5), make_feed(patient)
    press_cancel(patient, visit)
    gone_at = visit.ends_at + timedelta(weeks=6)
    later(gone_at - timedelta(seconds=1))
    assert event_in(feed(path).content).status == "CANCELLED"
    later(gone_at)
    assert parsed(feed(path).content).events == []


def test_a_feed_without_visits_is_a_calendar_all_the_same(cast, sign_in):
    content = feed(make_feed(sign_in(cast.stranger_user))).content
    assert parsed(content).events == []
    assert b"BEGIN:VTIMEZONE\r\nTZID:Etc/UTC\r\n" in content


def test_it_holds_what_the_account_may_see_at_this_moment(cast, patient, sign_in, later):
    cast.book(days=3)
    proxy = sign_in(cast.proxy_user)
    path = make_feed(proxy)
    sam, other = make_patient(cast.practice, given_name="Sam"), make_cast(name="Pine Road Practice")
    for each in (sam, other.patient):
        for user in (cast.proxy_user, cast.patient_user):
            Grant.objects.create(user=user, patient=each, scope=Grant.Scope.PARENT)
    other.book(days=8)
    cast.patient = sam
    cast.book(days=5)
    said = [event.description.split("\n")[0] for event in parsed(feed(path).content).events]
    assert said == ["for Maria", "for Sam", "for Maria"]
    Grant.objects.filter(user=cast.proxy_user).exclude(patient=sam).update(until=cast.now)
    assert event_in(feed(path).content).description.startswith("for Sam\n")


def test_under_a_neutral_name_nobody_learns_where_and_with_whom(cast, patient):
    Practice.objects.update(neutral_alias="Elm")
    cast.book(days=3)
    content = feed(make_feed(patient)).content.decode().replace("\r\n ", "")
    assert "SUMMARY:Appointment – Elm\r\n" in content
    assert [name for name in ("Osei", cast.practice.name, "Check-up") if name in content] == []


def test_a_new_address_ends_the_old_one_and_stopping_ends_it_too(cast, patient):
    old = make_feed(patient)
    new = make_feed(patient)
    assert (feed(old).status_code, feed(new).status_code) == (404, 200)
    assert patient.post("/calendar/stop/").headers["Location"] == "/appointments/?view=calendar#feed"
    unknown = feed(f"/calendar/{'A' * 22}.ics")
    answers = [feed(new), unknown, feed("/calendar/nothing.ics")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1
    assert CalendarFeed.objects.filter(revoked_at__isnull=False).count() == 2


def test_the_same_press_again_shows_the_same_address(cast, patient):
    key = read(patient.get("/appointments/?view=calendar")).fields["key"]
    first, second = (path_in(patient.post("/calendar/", {"key": key})) for _ in range(2))
    assert (first, CalendarFeed.objects.count()) == (second, 1)
    patient.post("/calendar/stop/")
    assert patient.post("/calendar/", {"key": key}).status_code == 303
    assert feed(first).status_code == 404


def test_the_same_key_gives_two_accounts_two_addresses(cast):
    users = (cast.patient_user, cast.proxy_user)
    assert len({make(user_id=user.pk, key="k", now=cast.now) for user in users}) == 2


def test_the_address_itself_is_stored_nowhere(cast, patient):
    cast.book()
    path = make_feed(patient)
    token = path.removeprefix("/calendar/").removesuffix(".ics")
    assert len(token) == 22
    assert token not in str(list(CalendarFeed.objects.values()))
    page = read(patient.get("/appointments/?view=calendar"))
    assert "An address is in use. It was made Wed 3 March, 4:00 pm (New York time)." in page.text
    assert token not in page.text


@pytest.mark.parametrize("form", [{}, {"key": ""}, {"key": "k" * 65}])
def test_a_press_that_is_not_from_our_page_makes_nothing(cast, patient, form):
    assert patient.post("/calendar/", form).status_code == 303
    assert not CalendarFeed.objects.exists()


def test_by_a_link_there_is_no_address_to_be_made(cast):
    visitor = opened(cast.book())
    assert "calendar of your phone" not in read(visitor.get("/appointments/?view=calendar")).text
    assert visitor.post("/calendar/", {"key": "k"}).headers["Location"] == "/appointments/?view=calendar#feed"
    assert not CalendarFeed.objects.exists()


def test_signed_out_one_signs_in_and_finds_the_calendar(cast):
    assert Client().post("/calendar/", {"key": "k"}).headers["Location"] == "/accounts/login/?next=%2Fcalendar%2F"


def test_an_account_that_was_closed_has_no_address(cast, patient):
    path = make_feed(patient)
    type(cast.patient_user).objects.filter(pk=cast.patient_user.pk).update(is_active=False)
    assert feed(path).status_code == 404


def test_reading_it_changes_nothing_and_no_other_method_is_taken(cast, patient):
    cast.book()
    path = make_feed(patient)
    before = list(CalendarFeed.objects.values())
    assert Client().head(path).status_code == 200
    assert [getattr(Client(), method)(path).status_code for method in ("post", "put", "delete")] == [405] * 3
    assert list(CalendarFeed.objects.values()) == before


def test_the_address_is_kept_from_other_sites_and_caches(cast, patient):
    path = make_feed(patient)
    answer = feed(path)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    made = patient.post("/calendar/", {"key": "another"})
    assert (made.headers["Cache-Control"], made.headers["Referrer-Policy"]) == ("no-store", "strict-origin")


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_three_statements_however_many_visits_there_are(cast, patient, rows):
    path = make_feed(patient)
    for day in range(rows):
        move(cast, cast.book(days=day + 2), days=day + 8)
    with CaptureQueriesContext(connection) as queries:
        assert len(parsed(feed(path).content).events) == rows
    assert len(queries) == 3


def test_what_cannot_be_an_address_costs_no_statement(db):
    with CaptureQueriesContext(connection) as queries:
        assert feed_for("A" * 21) is None
        assert feed_for("\x00" * 22) is None
    assert len(queries) == 0


def test_the_feed_speaks_the_language_of_the_account_else_of_the_mails(cast, patient):
    cast.book(days=3)
    path = make_feed(patient)
    for languages, own, word in (([], "", "Appointment – "), (["es"], "", "Cita – "), (["es"], "en", "Appointment – ")):
        type(cast.patient).objects.filter(pk=cast.patient.pk).update(languages=languages)
        type(cast.patient_user).objects.filter(pk=cast.patient_user.pk).update(language=own)
        assert event_in(feed(path).content).summary.startswith(word)
