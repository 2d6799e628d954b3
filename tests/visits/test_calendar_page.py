"""The calendar of one's visits: a month as a table and as an agenda that say the same, each time at its practice."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from freeslot.patients.models import Grant
from freeslot.practices.models import Practice
from freeslot.scheduling.models import Appointment
from freeslot.visits.months import Month
from tests.link.doors import opened
from tests.support.cast import Cast, make_cast
from tests.visits.pages import press_cancel, read
from tests.visits.test_feed import move

PAGE = "/appointments/?view=calendar"


def table(client: Client, month: str = "") -> dict[int, str]:
    """The words of each day's visits in the table, without the day's own."""
    body = unescape(client.get(f"{PAGE}&month={month}").content.decode())
    cells = re.findall(r'<td.*?datetime="\d{4}-\d{2}-(\d{2})".*?</p>(.*?)</td>', body, re.DOTALL)
    return {int(day): words(cell) for day, cell in cells if words(cell)}


def agenda(client: Client, month: str = "") -> dict[int, str]:
    body = unescape(client.get(f"{PAGE}&month={month}").content.decode())
    days = re.findall(r'<section class="agenda-day".*?id="day-(\d+)".*?</h3>(.*?)</section>', body, re.DOTALL)
    return {int(day): words(entries) for day, entries in days}


def words(html: str) -> str:
    return re.sub(r" +([.,])", r"\1", " ".join(re.sub(r"<[^>]*>", " ", html).split()))


def place(visit: Appointment, starts_at: datetime) -> None:
    Appointment.objects.filter(pk=visit.pk).update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20))


def also_at(cast: Cast, name: str, **options: str) -> Cast:
    """Another practice whose patient is the same account's."""
    other = make_cast(name=name, **options)
    Grant.objects.create(user=cast.patient_user, patient=other.patient, scope=Grant.Scope.SELF)
    other.patient_user = cast.patient_user
    return other


def test_table_and_agenda_say_the_same(cast, patient):
    cancelled = [cast.book(days=each) for each in (3, 3, 5)][-1]
    press_cancel(patient, cancelled, which=cancelled.reference)
    moved = cast.book(days=9)
    move(cast, moved, days=12)
    assert table(patient) == agenda(patient)
    assert list(agenda(patient)) == [6, 8, 16]
    assert agenda(patient)[8].endswith("Cancelled Wed 3 March, 4:00 pm, by you, on the practice’s portal.")
    assert agenda(patient)[16] == (
        "9:00 – 9:20 am – the visit on Tue 16 March, 9:00 am for Maria New York time Booked for Maria · Dr. Amara Osei "
        f"Elm Street Practice {moved.reference} "
        "Moved Wed 3 March, 4:00 pm, by you, on the practice’s portal (before: Fri 12 March, 4:00 pm)."
    )


def test_a_past_visit_says_so(cast, patient):
    place(cast.book(), cast.now - timedelta(days=1))
    assert " In the past for Maria" in agenda(patient)[2]


def test_a_move_stands_in_the_list_too_as_its_reader_would_say_it(cast, patient, sign_in):
    move(cast, cast.book(), days=12)
    told = "by {}, on the practice’s portal (before: Wed 10 March, 4:00 pm)."
    assert told.format("you") in read(patient.get("/appointments/")).text
    assert told.format("the patient") in read(sign_in(cast.proxy_user).get("/appointments/")).text


def test_today_and_its_zone_are_said_in_words(cast, patient):
    cast.book(days=0)
    page = patient.get(PAGE).content.decode()
    text = read(patient.get(PAGE)).text
    assert "Today is Wed 3 March (New York time)." in text
    assert len(re.findall(r'aria-current="date"', page)) == 2
    assert re.search(r'<time datetime="2027-03-03">3</time> <span>today</span>', page)


def test_the_table_has_headers_read_aloud_in_full(cast, patient):
    cast.book()
    page = patient.get(PAGE).content.decode()
    headers = re.findall(r'<th scope="col" abbr="(\w+)"><span aria-hidden="true">(\w+)</span>', page)
    assert headers[0] == ("Sunday", "Sun")
    assert len(headers) == 7
    Practice.objects.update(country="DE")
    assert 'abbr="Monday"' in re.findall(r"<th .*?>", patient.get(PAGE).content.decode())[0]


def test_months_lead_to_their_neighbours_and_to_the_next_visit(cast, patient):
    cast.book()
    links = dict(read(patient.get(f"{PAGE}&month=2026-12")).links)
    assert links[f"{PAGE}&month=2026-11"] == "Earlier: November 2026"
    assert links[f"{PAGE}&month=2027-01"] == "Later: January 2027"
    assert links[f"{PAGE}&month=2027-03"] in {"This month", "Your next visit is in March 2027"}
    assert "You have no visits here in December 2026." in read(patient.get(f"{PAGE}&month=2026-12")).text


@pytest.mark.parametrize("month", ["", "2027-13", "2027-00", "2027-3", "1999-12", "٢٠٢٧-٠٣", "-1", "x" * 9000, "\x00"])
def test_what_is_no_month_is_this_month(cast, patient, month):
    cast.book()
    answer = patient.get("/appointments/", {"view": "calendar", "month": month})
    assert (answer.status_code, '<h2 class="month-name" id="month">March 2027' in answer.content.decode()) == (
        200,
        True,
    )


def test_the_first_and_the_last_month_have_one_neighbour():
    first, last = Month.read("2000-01", today=date(2027, 3, 3)), Month.read("2099-12", today=date(2027, 3, 3))
    assert (first.previous, str(first.next), str(last.previous), last.next) == (None, "2000-02", "2099-11", None)


def test_list_and_calendar_lead_to_each_other_and_keep_the_practice(cast, patient):
    cast.book()
    here = f"practice={cast.practice.slug}"
    listed, shown = (dict(read(patient.get(f"/appointments/?{here}{view}")).links) for view in ("", "&view=calendar"))
    assert listed[f"/appointments/?{here}&view=calendar"] == "Calendar"
    assert shown[f"/appointments/?{here}"] == "List"
    assert shown[f"/appointments/?{here}&view=calendar&month=2027-04"] == "Later: April 2027"


def test_a_links_holder_sees_their_visit_alone(cast):
    visit = cast.book(days=3)
    cast.book(days=5)
    holder = opened(visit)
    assert list(agenda(holder)) == [6]
    assert visit.reference in agenda(holder)[6]


def test_a_stranger_sees_none(cast, sign_in):
    cast.book()
    stranger = sign_in(cast.stranger_user)
    assert (agenda(stranger), table(stranger)) == ({}, {})
    assert cast.practice.name not in stranger.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("zone", "starts_at", "month", "day", "said"),
    [
        # One minute before midnight at the practice, another day in UTC; and the first minute of a month.
        ("America/New_York", datetime(2027, 4, 1, 3, 59, tzinfo=UTC), "2027-03", 31, "11:59 pm – 12:19 am"),
        ("America/Los_Angeles", datetime(2027, 4, 1, 7, 0, tzinfo=UTC), "2027-04", 1, "12:00 – 12:20 am"),
        ("Europe/Berlin", datetime(2027, 2, 28, 23, 0, tzinfo=UTC), "2027-03", 1, "12:00 – 12:20 am"),
        ("Pacific/Kiritimati", datetime(2027, 2, 28, 10, 0, tzinfo=UTC), "2027-03", 1, "12:00 – 12:20 am"),
        ("Pacific/Pago_Pago", datetime(2027, 4, 1, 10, 59, tzinfo=UTC), "2027-03", 31, "11:59 pm – 12:19 am"),
        # The night in which clocks go forward, and the hour that comes twice when they go back.
        ("America/New_York", datetime(2027, 3, 14, 7, 0, tzinfo=UTC), "2027-03", 14, "3:00 – 3:20 am"),
        ("America/Chicago", datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "2027-11", 7, "1:30 am, the first time (CDT)"),
        ("America/Chicago", datetime(2027, 11, 7, 7, 30, tzinfo=UTC), "2027-11", 7, "1:30 am, the second time (CST)"),
    ],
)
def test_a_visit_stands_on_the_day_of_its_practice(cast, patient, zone, starts_at, month, day, said):
    visit = cast.book()
    place(visit, starts_at)
    Practice.objects.update(zone=zone)
    assert table(patient, month) == agenda(patient, month)
    ((on, told),) = agenda(patient, month).items()
    assert (on, told[: len(said)]) == (day, said)


def test_practices_in_several_zones_each_name_their_own(cast, patient):
    cast.book(days=3)
    also_at(cast, "Praxis Nord", zone="Europe/Berlin", country="DE").book(days=4)
    told = agenda(patient)
    assert ("New York time" in told[6], "Berlin time" in told[8]) == (True, True)
    assert "<title>My visits · Freeslot</title>" in patient.get(PAGE).content.decode()


def test_today_is_said_as_it_is_at_each_practice(cast, patient, later):
    cast.book(days=3)
    also_at(cast, "Praxis Nord", zone="Europe/Berlin", country="DE").book(days=4)
    assert "Today is Wed 3 March. Each visit" in agenda_page(patient), "four in the afternoon, ten in the evening"
    later(cast.now + timedelta(hours=3))
    assert "Today is Wed 3 March (New York time) and Thu 4 March (Berlin time)." in agenda_page(patient)


def test_it_leads_to_booking_at_each_practice_that_books_online(cast, patient):
    cast.book()
    other = also_at(cast, "Praxis Nord", country="DE")
    other.book(days=4)
    for page in (PAGE, "/appointments/"):
        links = dict(read(patient.get(page)).links)
        assert links[f"/p/{cast.practice.slug}/book/"] == f"Book a visit at {cast.practice.name}"
        assert links[f"/p/{other.practice.slug}/book/"] == "Book a visit at Praxis Nord"
    Practice.objects.update(online_booking="nobody")
    assert "Book a visit" not in agenda_page(patient)


def test_without_a_visit_it_leads_to_booking_where_one_is_known(cast, patient, sign_in):
    booking = f"/p/{cast.practice.slug}/book/"
    assert booking in dict(read(patient.get("/appointments/")).links)
    assert booking in dict(read(patient.get(PAGE)).links)
    assert booking not in dict(read(sign_in(cast.stranger_user).get("/appointments/")).links)


def test_a_link_leads_to_booking_only_where_everybody_books(cast):
    browser = opened(cast.book())
    booking = f"/p/{cast.practice.slug}/book/"
    assert booking in dict(read(browser.get("/appointments/")).links)
    Practice.objects.update(online_booking="known")
    assert booking not in dict(read(browser.get("/appointments/")).links)


def agenda_page(client: Client) -> str:
    return read(client.get(PAGE)).text


def test_in_spanish(cast, patient):
    cast.book()
    page = patient.get(PAGE, headers={"Accept-Language": "es"}).content.decode()
    assert '<h2 class="month-name" id="month">marzo de 2027</h2>' in page
    assert ("Hoy es" in page, "hora de Nueva York" in page, 'abbr="domingo"' in page) == (True, True, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_statements_does_not_grow_with_the_visits(cast, patient, rows):
    for day in range(rows):
        move(cast, cast.book(days=day + 2), days=day + 8)
    with CaptureQueriesContext(connection) as queries:
        assert len(agenda(patient)) == rows
    # Session, account, practices, the next visit, the month's, their moves, the calendar address.
    assert len(queries) == 7
