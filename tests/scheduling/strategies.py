"""Random rules as JSON and random visits, all of them valid."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from freeslot.scheduling.money import Money
from freeslot.scheduling.policy import VisitFacts
from freeslot.scheduling.reasons import WORDS
from freeslot.scheduling.rulebook import Patients, ReasonRule
from freeslot.scheduling.rules import ELSEWHERE, MOST_DAYS, PROOFS
from freeslot.scheduling.states import Status

ZONES = ["America/New_York", "Europe/Berlin", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]
PAYERS = ["medicaid", "aetna"]
EARLIEST, LATEST = datetime(2027, 1, 1), datetime(2028, 12, 31)  # noqa: DTZ001  Hypothesis wants bounds without a zone

minutes = st.one_of(st.integers(0, 4 * 1440), st.sampled_from([0, 1, 60, 1440, 2880, MOST_DAYS * 1440]))
clocks = st.times().map(lambda clock: clock.replace(microsecond=0).isoformat())
deadlines = st.one_of(
    st.fixed_dictionaries({"minutes_before": minutes}),
    st.fixed_dictionaries({"days_before": st.integers(1, 5), "at": clocks}),
)
fees = st.one_of(
    st.fixed_dictionaries({"minor": st.integers(0, 20_000)}),
    st.fixed_dictionaries({"percent": st.integers(0, 100)}, optional={"cap_minor": st.integers(0, 20_000)}),
)
steps = st.lists(st.fixed_dictionaries({"after": deadlines, "fee": fees}), max_size=4)
reasons = st.sampled_from([each.value for each in ReasonRule])
words = st.dictionaries(st.sampled_from(["en", "es"]), st.text(max_size=20))
booking = st.fixed_dictionaries(
    {},
    optional={
        "notice_minutes": minutes,
        "horizon_days": st.integers(1, MOST_DAYS),
        "most_per_day": st.integers(1, 20),
        "patients": st.sampled_from([each.value for each in Patients]),
        "reason": reasons,
        "payer": reasons,
        "care": words,
        "hold_minutes": minutes,
        "most_renewals": st.integers(0, 5),
        "most_holds": st.integers(1, 5),
        "hold_share_percent": st.integers(1, 100),
    },
)
moving = st.fixed_dictionaries(
    {},
    optional={
        "until": deadlines,
        "most": st.integers(0, 5),
        "reason": reasons,
        "elsewhere": st.lists(st.sampled_from(ELSEWHERE), unique=True),
    },
)
rules: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "steps": steps,
        "phone_steps": steps,
        "tell_after": deadlines,
        "reason": reasons,
        "reasons": st.lists(st.sampled_from(sorted(WORDS)), unique=True),
        "proof": st.lists(st.sampled_from(PROOFS), unique=True),
        "undo_minutes": minutes,
        "undo_ends_before_minutes": minutes,
        "never_charged_payers": st.lists(st.sampled_from(PAYERS), unique=True),
        "grace_after_booking_minutes": minutes,
        "tried_grace_minutes": minutes,
        "also_lost": words,
        "booking": booking,
        "move": moving,
    },
)
instants = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))


@st.composite
def visits(draw: st.DrawFn) -> VisitFacts:
    starts_at = draw(instants)
    booked_at = starts_at - timedelta(seconds=draw(st.integers(0, 10 * 86_400)))
    moved_at = st.floats(0, 1).map(lambda part: booked_at + part * (starts_at - booked_at))
    return VisitFacts(
        status=draw(st.sampled_from([Status.BOOKED, Status.PENDING])),
        starts_at=starts_at,
        booked_at=booked_at,
        moved_at=draw(st.none() | moved_at),
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        price=Money(draw(st.integers(0, 100_000)), "USD"),
        payer=draw(st.sampled_from(["", *PAYERS])),
        moved_by_practice=draw(st.booleans()),
        carried_fee_minor=draw(st.one_of(st.just(0), st.integers(0, 20_000))),
    )


@st.composite
def moments_of(draw: st.DrawFn, facts: VisitFacts) -> datetime:
    """A moment of the visit's life: any between its booking and a day after its start."""
    life = (facts.starts_at - facts.booked_at) + timedelta(days=1)
    return facts.booked_at + timedelta(microseconds=draw(st.integers(0, life // timedelta(microseconds=1))))
