"""The deadline line tells the truth in order, and no two of its labels touch."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from freeslot.web.facts import Mark, Step, Stretch
from freeslot.web.line import GAP, SIGN, SMALLEST, deadline_line

VISIT = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def drawn(*, before: timedelta, steps: list[Step] | None = None, locale: str = "en_US"):
    now = VISIT - before
    return deadline_line(
        now=now,
        booked_from=now - 9 * DAY,
        steps=steps or [Step(VISIT - DAY, "$25.00")],
        starts_at=VISIT,
        zone="America/New_York",
        locale=locale,
    )


def labels(line):
    return [(mark.title, mark.sub, mark.kind) for mark in line.marks]


def test_before_the_deadline_now_is_free():
    line = drawn(before=3 * DAY + 4 * HOUR)
    assert labels(line) == [
        ("Now", "free", "now"),
        ("Mon 10 am", "then $25.00", "deadline"),
        ("Visit", "Tue", "visit"),
    ]
    assert [(stretch.kind, stretch.past) for stretch in line.stretches] == [("free", False), ("late", False)]
    assert line.words == (
        "Now: free. Mon 2 March, 10:00 am (New York time): then $25.00. Tue 3 March, 10:00 am (New York time): Visit."
    )


def test_after_the_deadline_now_costs_the_fee():
    line = drawn(before=5 * HOUR)
    assert labels(line) == [
        ("Mon 10 am", "was free", "deadline"),
        ("Now", "$25.00", "now"),
        ("Visit", "Tue", "visit"),
    ]
    assert [(stretch.kind, stretch.past) for stretch in line.stretches] == [
        ("free", True),
        ("late", True),
        ("late", False),
    ]


def test_the_deadlines_own_second_is_still_free():
    assert labels(drawn(before=DAY))[0] == ("Now", "free", "now")
    assert labels(drawn(before=DAY - timedelta(seconds=1)))[0] == ("Mon 10 am", "was free", "deadline")


def test_each_tier_names_its_fee():
    line = drawn(before=DAY, steps=[Step(VISIT - 2 * DAY, "$25.00"), Step(VISIT - 6 * HOUR, "$40.00")])
    assert [mark.sub for mark in line.marks] == ["was free", "$25.00", "then $40.00", "Tue"]


def test_the_last_hours_may_go_by_telephone():
    line = drawn(before=3 * DAY, steps=[Step(VISIT - DAY, "30,00 €"), Step(VISIT - 2 * HOUR, "by phone", "call")])
    assert [stretch.kind for stretch in line.stretches] == ["free", "late", "call"]


def test_a_deadline_weeks_away_carries_its_date():
    assert labels(drawn(before=60 * DAY))[1:] == [
        ("Mon 2 Mar", "then $25.00", "deadline"),
        ("Visit", "Tue 3 Mar", "visit"),
    ]


def test_arabic_is_drawn_from_the_right():
    assert drawn(before=3 * DAY, locale="ar").right_to_left is True


def test_the_edges_hold_the_first_and_the_last_label():
    first, middle, last = drawn(before=3 * DAY).marks
    assert (first.at, first.anchor, middle.anchor, last.at, last.anchor) == (0.0, "start", "middle", 1.0, "end")


@given(
    before=st.integers(min_value=1, max_value=60 * 24 * 60),
    first=st.integers(min_value=1, max_value=20 * 24 * 60),
    second=st.one_of(st.none(), st.integers(min_value=1, max_value=20 * 24 * 60)),
)
def test_no_two_labels_touch_and_marks_keep_their_order(before, first, second):
    deadlines = sorted({first, second or first}, reverse=True)
    steps = [Step(VISIT - minutes * MINUTE, "$25.00") for minutes in deadlines]
    line = drawn(before=before * MINUTE, steps=steps)

    assert [mark.at for mark in line.marks] == sorted(mark.at for mark in line.marks)
    for above in (True, False):
        row = [reach(mark) for mark in line.marks if mark.above is above]
        assert all(end + GAP / 2 <= start for (_, end), (start, _) in pairwise(row))
        assert all(start >= -0.5 and end <= SMALLEST + 0.5 for start, end in row)
    assert joined(line.stretches)


def reach(mark: Mark) -> tuple[float, float]:
    width = max(len(mark.title), len(mark.sub)) * SIGN
    start = {"start": 0.0, "middle": width / 2, "end": width}[mark.anchor]
    return mark.at * SMALLEST - start, mark.at * SMALLEST - start + width


def joined(stretches: list[Stretch]) -> bool:
    """From edge to edge without a hole."""
    starts, ends = [stretch.start for stretch in stretches], [stretch.end for stretch in stretches]
    return starts == [0.0, *ends[:-1]] and ends[-1] == 1.0
