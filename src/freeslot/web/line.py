"""Places the marks of the deadline line: in the order of time, near their share of it, no two labels touching."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _
from django.utils.translation import override

from freeslot.web.facts import DeadlineLine, Mark, Step, Stretch, StretchKind
from freeslot.web.formatting import brief_day, clock_short, direction, moment, weekday
from freeslot.web.formatting.locales import data

# Widths are counted on the smallest drawing, 234 px inside a panel of a 320 px phone; wider ones only gain room.
SMALLEST = 234.0
SIGN = 7.4
GAP = 14.0
BETWEEN_MARKS = 18.0
SOON = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    title: str
    sub: str
    kind: Literal["now", "deadline", "visit"]

    @property
    def width(self) -> float:
        return max(len(self.title), len(self.sub)) * SIGN


def deadline_line(
    *,
    now: datetime,
    booked_from: datetime,
    steps: Sequence[Step],
    starts_at: datetime,
    zone: str,
    locale: str,
) -> DeadlineLine:
    """Now, each deadline and the visit on one line, with what each stretch costs.

    `steps` in order of time; before the first, cancelling is free. Words and marks say the same.
    """
    with override(data(locale).language):
        points = _points(now=now, steps=steps, starts_at=starts_at, zone=zone, locale=locale)
        words = _words(points, now=now, zone=zone, locale=locale)
    begin = max(booked_from, steps[0].deadline - (starts_at - steps[0].deadline)) if _is_late(now, steps) else now
    spread = _apart(points, begin=min(begin, now), end=starts_at, from_edge=not _is_late(now, steps))
    return DeadlineLine(
        marks=[_mark(point, at, above, spread) for point, at, above in spread],
        stretches=_stretches(spread, steps, now),
        words=words,
        right_to_left=direction(locale) == "rtl",
    )


Spread = list[tuple[Point, float, bool]]


def _is_late(now: datetime, steps: Sequence[Step]) -> bool:
    return now > steps[0].deadline


def _points(*, now: datetime, steps: Sequence[Step], starts_at: datetime, zone: str, locale: str) -> list[Point]:
    in_force = [step.words for step in steps if now > step.deadline]
    points = [Point(at=now, title=_("Now"), sub=in_force[-1] if in_force else _("free"), kind="now")]
    before = _("free")
    for step in steps:
        sub = _("was %(cost)s") % {"cost": before} if now > step.deadline else _("then %(cost)s") % {"cost": step.words}
        points.append(
            Point(
                at=step.deadline,
                title=_short(step.deadline, now=now, zone=zone, locale=locale),
                sub=sub,
                kind="deadline",
            )
        )
        before = step.words
    visit_day = _short_day(starts_at, now=now, zone=zone, locale=locale)
    visit = Point(at=starts_at, title=_("Visit"), sub=visit_day, kind="visit")
    # The deadline's own second is still free, so "now" stands before it.
    return [*sorted(points, key=lambda point: (point.at, point.kind != "now")), visit]


def _short(at: datetime, *, now: datetime, zone: str, locale: str) -> str:
    """`Mon 10 am`, further away `Mon 2 Mar`: a label has little room, and the words above it say all."""
    day = _short_day(at, now=now, zone=zone, locale=locale)
    if _is_far(at, now):
        return day
    return f"{day} {clock_short(at, zone=zone, locale=locale).split(',')[0]}"


def _short_day(at: datetime, *, now: datetime, zone: str, locale: str) -> str:
    """A bare weekday means the one next to today, so further away the date joins it."""
    return (brief_day if _is_far(at, now) else weekday)(at, zone=zone, locale=locale)


def _is_far(at: datetime, now: datetime) -> bool:
    return abs(at - now) >= SOON


def _words(points: Sequence[Point], *, now: datetime, zone: str, locale: str) -> str:
    return " ".join(_said(point, now=now, zone=zone, locale=locale) for point in points)


def _said(point: Point, *, now: datetime, zone: str, locale: str) -> str:
    if point.kind == "now":
        return f"{point.title}: {point.sub}."
    at = moment(point.at, zone=zone, locale=locale, now=now)
    return f"{at}: {point.title if point.kind == 'visit' else point.sub}."


def _apart(points: Sequence[Point], *, begin: datetime, end: datetime, from_edge: bool) -> Spread:
    """Each point at its share of the time, then pushed right and left until nothing touches."""
    crowded = sum(point.width for point in points) + GAP * (len(points) - 1) > SMALLEST
    rows = [crowded and index % 2 == 1 for index in range(len(points))]
    whole = max((end - begin).total_seconds(), 1.0)
    wanted = [SMALLEST * min(1.0, max(0.0, (point.at - begin).total_seconds() / whole)) for point in points]
    lows = [0.0 if from_edge and index == 0 else point.width / 2 for index, point in enumerate(points)]
    placed = _push(points, wanted, lows, rows, from_edge=from_edge)
    return [(point, at / SMALLEST, above) for point, at, above in zip(points, placed, rows, strict=True)]


def _push(
    points: Sequence[Point], wanted: list[float], lows: list[float], rows: list[bool], *, from_edge: bool
) -> list[float]:
    last = len(points) - 1

    def half(index: int, *, towards_end: bool) -> float:
        """How far a label reaches from its mark; at the two edges it lies wholly on the inner side."""
        if index == 0 and from_edge:
            return points[0].width if towards_end else 0.0
        if index == last:
            return 0.0 if towards_end else points[last].width
        return points[index].width / 2

    def least(one: int, other: int) -> float:
        if rows[one] != rows[other]:
            return BETWEEN_MARKS
        return half(one, towards_end=True) + GAP + half(other, towards_end=False)

    placed = list(wanted)
    for index in range(len(points)):
        placed[index] = max([placed[index], lows[index], *(placed[i] + least(i, index) for i in range(index))])
    placed[last] = SMALLEST
    for index in range(last - 1, -1, -1):
        inside = SMALLEST - half(index, towards_end=True)
        placed[index] = min([placed[index], inside, *(placed[i] - least(index, i) for i in range(index + 1, last + 1))])
    if from_edge:
        placed[0] = 0.0
    return [max(0.0, at) for at in placed]


def _mark(point: Point, at: float, above: bool, spread: Spread) -> Mark:
    mark = Mark(at=at, title=point.title, sub=point.sub, kind=point.kind, above=above)
    if point is spread[-1][0]:
        return replace(mark, anchor="end")
    return replace(mark, anchor="start") if at == 0 else mark


def _stretches(spread: Spread, steps: Sequence[Step], now: datetime) -> list[Stretch]:
    """The pieces of the line between its edges and marks, each with what holds there."""
    kinds: dict[datetime, StretchKind] = {step.deadline: step.kind for step in steps}
    kind: StretchKind = "free"
    stretches, start = [], 0.0
    for point, at, _above in spread:
        if at > start:
            stretches.append(Stretch(start=start, end=at, kind=kind, past=point.at <= now))
            start = at
        kind = kinds.get(point.at, kind) if point.kind == "deadline" else kind
    return stretches
