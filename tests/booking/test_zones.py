"""Wherever the practice is, a visit is booked and moved by its clock, and the clock is named."""

from datetime import datetime, timedelta

import pytest

from tests.booking.steps import checkout_page, confirm, kept, say, times_page, visit_of
from tests.support.cast import Cast, make_cast
from tests.visits.moves import free_slot, look, value_of
from tests.visits.pages import address, read

ZONES = {
    "America/Los_Angeles": "Los Angeles time",
    "Europe/Berlin": "Berlin time",
    "Asia/Kathmandu": "Kathmandu time",
    "Australia/Lord_Howe": "Lord Howe Island time",
}


@pytest.mark.parametrize("zone", ZONES)
def test_a_visit_is_booked_and_moved_by_the_practices_clock(db, clock, sign_in, zone: str):
    cast = make_cast(zone=zone, weeks=3)
    patient = sign_in(cast.patient_user)
    assert ZONES[zone] in read(patient.get(times_page(cast), {"type": str(cast.visit_type.pk)})).text
    checkout = kept(patient, cast)
    say(patient, cast, checkout)
    booked = f"{clock_of(cast, checkout.starts_at)} {ZONES[zone]}"
    assert booked in read(patient.get(checkout_page(checkout), {"step": "review"})).text
    visit = visit_of(confirm(patient, checkout))
    slot = free_slot(cast, days=9)
    moved = f"{clock_of(cast, slot.starts_at)} {ZONES[zone]}"
    review = read(look(patient, visit, value_of(slot)))
    assert [booked in review.text, moved in review.text] == [True, True]
    patient.post(address(visit, "move/"), review.fields)
    page = read(patient.get(address(visit)))
    assert moved in page.text
    assert page.facts[0]["slot"] == slot.starts_at.astimezone(cast.practice.tz).isoformat()


def clock_of(cast: Cast, instant: datetime) -> str:
    """The day and the twenty minutes of a visit from then on, all of them in one half of the day."""
    at, until = (each.astimezone(cast.practice.tz) for each in (instant, instant + timedelta(minutes=20)))
    return f"{at:%a} {at.day} {at:%B} {at:%-I}:{at:%M} – {until:%-I}:{until:%M} " + f"{at:%p}".lower()
