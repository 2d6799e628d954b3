"""Who may take a slot: said of a row that was read as the guard says it in the database."""

import re
import uuid
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from freeslot.practices.models import Policy
from freeslot.scheduling.models import Slot
from tests.scheduling.acts import cancel, move, slot_states
from tests.support.cast import Cast

ME, OTHER = uuid.uuid4(), uuid.uuid4()
SECOND = timedelta(seconds=1)


def test_a_slot_says_of_itself_what_the_guard_asks(cast: Cast):
    now = cast.now
    held = [
        {"status": "held", "held_by": who, "held_until": until}
        for who, until in product((ME, OTHER), (now - SECOND, now, now + SECOND))
    ]
    states = [{"status": "free"}, {"status": "blocked"}, *held]
    for state, is_withdrawn in product(states, (False, True)):
        (slot,) = cast.slots_from(now)
        given = {"held_by": None, "held_until": None, "is_withdrawn": is_withdrawn} | state
        Slot.objects.filter(pk=slot.pk).update(**given)
        slot.refresh_from_db()
        for holder in (None, ME):
            asked = Slot.objects.takeable(now, holder=holder).filter(pk=slot.pk).exists()
            assert slot.is_takeable(now, holder=holder) is asked, (state, holder)
    busy = cast.book().slots.get()
    assert not busy.is_takeable(now)


@pytest.mark.parametrize("undo_minutes", [10, 0])
def test_several_slots_of_a_visit_change_hands_in_the_order_of_their_ids(cast: Cast, undo_minutes: int):
    """Or a cancel and whoever wants the same slots in their order would wait for each other."""
    Policy.objects.filter(pk=cast.policy.pk).update(rules={"undo_minutes": undo_minutes})
    cast.visit_type.length = timedelta(minutes=40)
    cast.visit_type.save()
    slots = cast.slots_from(cast.now + timedelta(days=3), 3)
    visit = cast.book(slots=slots[1:])
    # The slot that it had already was written before the one that it takes now.
    move(cast, visit.reference, *slots[:2])
    with CaptureQueriesContext(connection) as context:
        cancel(cast, visit.reference)
    changes = [each["sql"] for each in context if re.match(r'\s*UPDATE "?scheduling_slot', each["sql"])]
    its_own = [sql for sql in changes if f"{visit.pk}" in sql or visit.pk.hex in sql]
    assert its_own
    assert all("ORDER BY" in sql for sql in its_own)
    assert slot_states(*slots) == (["held", "held", "free"] if undo_minutes else ["free"] * 3)
