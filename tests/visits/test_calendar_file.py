"""The calendar file of a visit, read by a second library, with its alarm before free cancelling ends."""

from datetime import UTC, datetime, timedelta

import pytest

from freeslot.practices.models import Location, Practice
from freeslot.scheduling.models import Appointment
from tests.support.cast import make_cast
from tests.visits.calendars import event_in, lines_of
from tests.visits.conftest import SignIn
from tests.visits.pages import address, press_cancel
from tests.visits.test_feed import move

NAMES = "Praxis für Physiotherapie; Rückenschule, am schönen Straßenbahndepot in Übersee\\ Nord, 2. Stock 😀 hinten"


def file(client, visit: Appointment) -> bytes:
    answer = client.get(address(visit, "visit.ics"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="visit.ics"'
    return answer.content


def alarms(content: bytes) -> list[str]:
    """What each alarm says, with its moment."""
    lines = lines_of(content)
    starts = [index for index, line in enumerate(lines) if line == "BEGIN:VALARM"]
    return [" ".join(sorted(lines[index + 1 : lines.index("END:VALARM", index)])) for index in starts]


def test_an_alarm_rings_three_hours_before_free_cancelling_ends(cast, patient):
    visit = cast.book(days=7)
    content = file(patient, visit)
    said = "DESCRIPTION:Free to cancel until Tue 9 March\\, 4:00 pm (New York time)"
    assert alarms(content) == [f"ACTION:DISPLAY {said} TRIGGER;VALUE=DATE-TIME:20270309T180000Z"]
    (alarm,) = event_in(content).alarm
    assert (alarm.action, alarm.trigger) == ("DISPLAY", visit.starts_at - timedelta(hours=27))


def test_it_stays_until_the_deadlines_own_second_has_passed(cast, sign_in, later):
    visit = cast.book(days=7)
    deadline = visit.starts_at - timedelta(hours=24)
    later(deadline - timedelta(seconds=1))
    assert len(alarms(file(sign_in(cast.patient_user), visit))) == 1
    later(deadline)
    assert alarms(file(sign_in(cast.patient_user), visit)) == []


def test_a_cancelled_visit_has_none_and_one_moved_gets_its_own(cast, patient):
    visit = cast.book(days=7)
    move(cast, visit, days=9)
    assert "TRIGGER;VALUE=DATE-TIME:20270311T180000Z" in alarms(file(patient, visit))[0]
    press_cancel(patient, visit)
    content = file(patient, visit)
    assert (alarms(content), event_in(content).status, event_in(content).sequence) == ([], "CANCELLED", 2)


def test_none_where_no_fee_can_arise(clock, sign_in: SignIn, db):
    cast = make_cast(rules={"steps": []})
    assert alarms(file(sign_in(cast.patient_user), cast.book())) == []


@pytest.mark.parametrize(("after", "count"), [(timedelta(seconds=-1), 1), (timedelta(0), 0), (timedelta(hours=2), 0)])
def test_none_that_would_have_rung_before_the_time_was_chosen(after, count, cast, sign_in, later):
    """The deadline itself lies ahead."""
    visit = cast.book(days=7)
    chosen_at = visit.starts_at - timedelta(hours=27) + after
    Appointment.objects.update(booked_at=chosen_at)
    later(chosen_at)
    assert len(alarms(file(sign_in(cast.patient_user), visit))) == count


@pytest.mark.parametrize(
    ("zone", "starts_at", "rings", "said"),
    [
        # Over the night when clocks go forward, "18:00 the day before" is wall-clock time.
        ("Europe/Berlin", datetime(2027, 3, 28, 7, 0, tzinfo=UTC), "20270327T140000Z", "Sat 27 March"),
        ("Europe/Berlin", datetime(2027, 3, 29, 7, 0, tzinfo=UTC), "20270328T130000Z", "Sun 28 March"),
        ("America/Chicago", datetime(2027, 3, 14, 20, 0, tzinfo=UTC), "20270313T210000Z", "Sat 13 March"),
        (
            "America/Los_Angeles",
            datetime(2027, 11, 7, 20, 0, tzinfo=UTC),
            "20271106T220000Z",
            "Sat 6 November",
        ),
    ],
)
def test_over_a_clock_change_it_rings_by_the_practices_clock(clock, sign_in, db, zone, starts_at, rings, said):
    rules = {"steps": [{"after": {"days_before": 1, "at": "18:00"}, "fee": {"minor": 3000}}]}
    cast = make_cast(rules=rules, country="DE")
    visit = cast.book()
    Practice.objects.update(zone=zone)
    Appointment.objects.update(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=20))
    (alarm,) = alarms(file(sign_in(cast.patient_user), visit))
    assert (f"TRIGGER;VALUE=DATE-TIME:{rings}" in alarm, f"until {said}\\, 18:00" in alarm) == (True, True)


def test_the_file_is_the_same_however_often_it_is_asked_for(cast, patient, later):
    visit = cast.book(days=9)
    content = file(patient, visit)
    later(cast.now + timedelta(hours=5))
    assert file(patient, visit) == content
    assert event_in(content).dtstamp == cast.now


def test_lines_fold_at_75_octets_and_every_sign_comes_back(cast, patient):
    Practice.objects.update(name=NAMES[:110])
    Location.objects.update(address=NAMES)
    visit = cast.book()
    content = file(patient, visit)
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    event = event_in(content)
    assert (event.location, event.summary) == (f"Elm Street, {NAMES}", f"Appointment – {NAMES[:110]}")
    assert event.description.split("\n")[:2] == ["for Maria", "Dr. Amara Osei"]
