"""Which visits the demo has, and when: chosen so that every verdict is there at whatever hour it is made.

The plan is a table; `place_all` turns it into instants. Times that must lie near now fall into office hours where they
can, else the practitioner opens for them, be it at night; no visit runs into midnight, where opening hours end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from freeslot.demo.people import ALEX, MARIA, NORA, OTTO, Person
from freeslot.demo.practices import HARBOR, LAKEVIEW, NORTHSIDE, RIVERSIDE, House, Kind
from freeslot.scheduling.intervals import Interval, instant, overlaps

OFFICE = (time(9), time(17))


@dataclass(frozen=True)
class Within:
    """As early as possible between two lengths from now (negative: ago), in office hours where there are any."""

    earliest: timedelta
    latest: timedelta


@dataclass(frozen=True)
class OnWorkday:
    """The nth working day from today (negative: before), then `weeks` later, at a clock time of the practice."""

    nth: int
    clock: time
    weeks: int = 0


class Story(Enum):
    """What became of a visit before the demo begins."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    FULFILLED = "fulfilled"
    NOSHOW = "noshow"


@dataclass(frozen=True)
class Planned:
    """One visit; `ago` is how long ago it was booked, `told_ago` how long ago the story's end was noted."""

    person: Person
    house: House
    practitioner: str
    kind: str
    when: Within | OnWorkday
    story: Story = Story.BOOKED
    ago: timedelta = timedelta(days=15)
    told_ago: timedelta = timedelta()
    series: str = ""

    @property
    def visit_kind(self) -> Kind:
        return self.house.kind(self.kind)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def hours(count: int) -> timedelta:
    return timedelta(hours=count)


TOMORROW = Within(hours(4), hours(22))
DAY_AFTER = Within(hours(25), hours(44))

PLAN = (
    # In time, and two visits that look alike.
    Planned(MARIA, RIVERSIDE, "Dr. Amara Osei", "Check-up", OnWorkday(5, time(10))),
    Planned(MARIA, RIVERSIDE, "Dr. Amara Osei", "Check-up", OnWorkday(6, time(10))),
    # Late; in the grace after booking; over; cancelled with its undo over.
    Planned(MARIA, RIVERSIDE, "Dr. Helen Brandt", "Follow-up", TOMORROW),
    Planned(MARIA, RIVERSIDE, "Dr. Tomas Ruiz", "Follow-up", TOMORROW, ago=minutes(2)),
    Planned(
        MARIA, RIVERSIDE, "Dr. Helen Brandt", "Long visit", OnWorkday(-5, time(11)), Story.FULFILLED, timedelta(days=13)
    ),
    Planned(
        MARIA, RIVERSIDE, "Dr. Tomas Ruiz", "Check-up", OnWorkday(9, time(14)), Story.CANCELLED,
        told_ago=timedelta(days=3),
    ),
    # Half the price; half the price up to the limit; in time; missed.
    Planned(MARIA, HARBOR, "Joan Whitaker", "Cleaning", DAY_AFTER),
    Planned(MARIA, HARBOR, "Dr. Luis Ferrer", "Crown fitting", DAY_AFTER),
    Planned(MARIA, HARBOR, "Dr. Wen Li", "Check-up", OnWorkday(9, time(9, 30))),
    Planned(MARIA, HARBOR, "Joan Whitaker", "Cleaning", OnWorkday(-6, time(10)), Story.NOSHOW, timedelta(days=13)),
    # A weekly series; the last two hours, when the practice is told; late.
    *(
        Planned(MARIA, LAKEVIEW, "Mira Vogt", "Physiotherapy", OnWorkday(6, time(14, 30), weeks=week), series="maria")
        for week in range(4)
    ),
    Planned(MARIA, LAKEVIEW, "Ayla Demir", "Physiotherapy", Within(minutes(55), minutes(100))),
    Planned(MARIA, LAKEVIEW, "Jonas Keller", "Physiotherapy", Within(hours(3), hours(6))),
    # In time, in the middle of the hour that Nora wishes for; begun.
    Planned(ALEX, RIVERSIDE, "Dr. Helen Brandt", "Check-up", OnWorkday(7, time(15, 20))),
    Planned(ALEX, RIVERSIDE, "Dr. Tomas Ruiz", "Check-up", Within(minutes(-75), minutes(-10))),
    # No fees; the undo ends before the visit does begin; cancelled with its undo still open.
    Planned(ALEX, NORTHSIDE, "Dr. Rosa Delgado", "Check-up", OnWorkday(8, time(10, 30))),
    Planned(ALEX, NORTHSIDE, "Patience Adeyemi", "Vaccination", Within(minutes(135), minutes(174))),
    Planned(
        ALEX, NORTHSIDE, "Dr. Ivan Petrov", "Long visit", OnWorkday(4, time(13)), Story.CANCELLED, told_ago=minutes(4)
    ),
    # A payer that forbids fees; arrived; over.
    Planned(OTTO, RIVERSIDE, "Dr. Amara Osei", "Follow-up", TOMORROW),
    Planned(OTTO, HARBOR, "Dr. Wen Li", "Check-up", DAY_AFTER),
    Planned(OTTO, NORTHSIDE, "Dr. Ivan Petrov", "Check-up", Within(minutes(5), minutes(80)), Story.ARRIVED,
            told_ago=minutes(3)),
    Planned(OTTO, LAKEVIEW, "Jonas Keller", "Physiotherapy", OnWorkday(-3, time(9)), Story.FULFILLED),
    # Booked when they were new there.
    Planned(OTTO, LAKEVIEW, "Mira Vogt", "First visit", OnWorkday(10, time(11)), ago=timedelta(days=16)),
    # In time; moved by itself when Alex gives his time back.
    Planned(NORA, RIVERSIDE, "Dr. Helen Brandt", "Long visit", OnWorkday(14, time(11))),
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    planned: Planned
    starts_at: datetime

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + self.planned.visit_kind.length


def place_all(now: datetime) -> list[Placed]:
    """The plan in instants; nobody is in two places at once."""
    placed: list[Placed] = []
    for planned in PLAN:
        busy = [(each.starts_at, each.ends_at) for each in placed if _share_somebody(each.planned, planned)]
        placed.append(Placed(planned, _place(planned, now, busy)))
    return placed


def _share_somebody(one: Planned, other: Planned) -> bool:
    same_practitioner = one.house is other.house and one.practitioner == other.practitioner
    return same_practitioner or one.person is other.person


def _place(planned: Planned, now: datetime, busy: list[Interval]) -> datetime:
    if isinstance(planned.when, OnWorkday):
        return _on_workday(planned.when, planned.house, now)
    length = planned.visit_kind.length
    free = [
        starts
        for starts in _grid(now + planned.when.earliest, now + planned.when.latest, planned.house.slot_length)
        if not any(overlaps((starts, starts + length), taken) for taken in busy)
        and ends_before_midnight(starts, starts + length, planned.house)
    ]
    in_office = (starts for starts in free if _in_office(starts, starts + length, planned.house))
    return next(in_office, free[0])


def _grid(earliest: datetime, latest: datetime, step: timedelta) -> Iterator[datetime]:
    """The beginnings of slots from `earliest` to before `latest`; every slot length divides the hour."""
    seconds = step.total_seconds()
    starts = datetime.fromtimestamp(-(-earliest.timestamp() // seconds) * seconds, UTC)
    while starts < latest:
        yield starts
        starts += step


def _on_workday(when: OnWorkday, house: House, now: datetime) -> datetime:
    zone = ZoneInfo(house.zone)
    day = _workday(now.astimezone(zone).date(), when.nth) + timedelta(weeks=when.weeks)
    return instant(day, when.clock, zone, later=False)


def _workday(day: date, nth: int) -> date:
    step = timedelta(days=1 if nth > 0 else -1)
    for _ in range(abs(nth)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def pieces_of(starts_at: datetime, ends_at: datetime, house: House) -> Iterator[Interval]:
    """The slots a visit takes."""
    while starts_at < ends_at:
        yield starts_at, starts_at + house.slot_length
        starts_at += house.slot_length


def ends_before_midnight(starts_at: datetime, ends_at: datetime, house: House) -> bool:
    """Opening hours cannot say 24:00, so the last slot of a day is never published."""
    zone = ZoneInfo(house.zone)
    local = (
        (one.astimezone(zone).date(), other.astimezone(zone).date())
        for one, other in pieces_of(starts_at, ends_at, house)
    )
    return all(first == last for first, last in local)


def _in_office(starts_at: datetime, ends_at: datetime, house: House) -> bool:
    zone = ZoneInfo(house.zone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    return OFFICE[0] <= first.time() and last.time() <= OFFICE[1] and first.date() == last.date()
